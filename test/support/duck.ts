/** DuckDB as an independent reader. */
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";

let connecting: Promise<DuckDBConnection> | undefined;

/** Rows as arrays of text (NULL as null): text is the oracle for exactness. One connection a test process. */
export async function duckRows(sql: string): Promise<readonly (readonly (string | null)[])[]> {
  connecting ??= DuckDBInstance.create(":memory:", { threads: "1" }).then((instance) => instance.connect());
  const connection = await connecting;
  const reader = await connection.runAndReadAll(sql);
  return reader.getRows().map((row) => row.map((value) => (value === null ? null : String(value))));
}

/** The first value of the first row. */
export async function duckValue(sql: string): Promise<string | null> {
  const [row] = await duckRows(sql);
  return row?.[0] ?? null;
}
