/** Bad Parquet input: a damaged file fails its chunk by name, a value that does not fit is refused row by row. */
import { truncateSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parseLogicalType } from "../../src/columns/logical-type.ts";
import { DataFolder, readFolder, refusal } from "./files-source-harness.ts";
import { encodeFile } from "./parquet-encode-readers.ts";
import { batchesOf, columnOf, tableOfAllTypes } from "./parquet-encode-tables.ts";

/** Failures as `row column rule`, with the line they name. */
function summary(failures: readonly { row: number; column: string | null; rule: string }[]): string[] {
  return failures.map(({ row, column, rule }) => `${row} ${column ?? "-"} ${rule}`);
}

describe("damaged Parquet files", () => {
  const table = tableOfAllTypes(2000, 5, "many");
  const bytes = encodeFile(batchesOf(table), { fields: table.fields, compression: "zstd", pageBytes: 4096 });

  test("a truncated file is refused before a row is read", async () => {
    using folder = new DataFolder().write("a.parquet", bytes);
    for (const size of [3, 11, 5000, bytes.length - 1]) {
      folder.write("a.parquet", bytes);
      truncateSync(folder.path("a.parquet"), size);
      expect(await refusal(readFolder(folder, "a.parquet"))).toMatch(
        /^FORMAT_CORRUPT: .*a\.parquet: .*(truncated|too short)/,
      );
    }
  });

  test("a page whose CRC does not match fails the chunk, naming file, column and page", async () => {
    const damaged = Uint8Array.from(bytes);
    damaged[200] = (damaged[200] ?? 0) ^ 0x10;
    using folder = new DataFolder().write("a.parquet", damaged);
    expect(await refusal(readFolder(folder, "a.parquet"))).toMatch(
      /^FORMAT_CORRUPT: .*a\.parquet: column c0 bool, page at byte 4: its checksum \(CRC-32\) does not match/,
    );
  });

  test("what is no Parquet file is said to be none", async () => {
    using folder = new DataFolder()
      .write("a.parquet", "id,name\n1,x\n".repeat(9))
      .write("b.parquet", Buffer.concat([Buffer.from("PARE"), bytes.subarray(4, -4), Buffer.from("PARE")]));
    expect(await refusal(readFolder(folder, "a.parquet"))).toContain("does not begin with PAR1");
    expect(await refusal(readFolder(folder, "b.parquet"))).toMatch(/^FORMAT_UNSUPPORTED: .*is encrypted/);
  });

  test("decimals and microseconds are exact", async () => {
    const fields = ["decimal(38,10)", "timestamp(utc)"].map((type, index) => ({
      name: `c${index}`,
      type: parseLogicalType(type),
      nullable: false,
    }));
    const values = [
      [-(10n ** 38n) + 1n, 1n],
      [253_402_300_799_999_999n, 1_700_000_000_000_001n],
    ];
    const columns = fields.map((field, index) => columnOf(field, values[index] ?? []));
    using folder = new DataFolder().write(
      "a.parquet",
      encodeFile([{ fields, columns, rowCount: 2 }], { fields, compression: "snappy" }),
    );
    expect((await readFolder(folder, "a.parquet")).rows).toEqual([
      ["-9999999999999999999999999999.9999999999", "9999-12-31T23:59:59.999999Z"],
      ["0.0000000001", "2023-11-14T22:13:20.000001Z"],
    ]);
  });

  test("dates outside 0001 to 9999 are refused row by row", async () => {
    const fields = ["date", "timestamp(ms)"].map((type, index) => ({
      name: `c${index}`,
      type: parseLogicalType(type),
      nullable: true,
    }));
    const values = [
      [0n, -719_163n, 6_585_322n, null],
      [0n, 0n, 0n, -62_167_219_200_001n],
    ];
    const columns = fields.map((field, index) => columnOf(field, values[index] ?? []));
    using folder = new DataFolder().write(
      "a.parquet",
      encodeFile([{ fields, columns, rowCount: 4 }], { fields, compression: "none" }),
    );
    const { rows, failures } = await readFolder(folder, "a.parquet");
    expect(rows).toEqual([["1970-01-01", "1970-01-01T00:00:00.000"]]);
    expect(summary(failures)).toEqual(["1 c0 range", "2 c0 range", "3 c1 range"]);
    expect(Buffer.from(failures[1]?.raw ?? []).toString()).toBe(
      '{"c0":"+020000-01-01","c1":"1970-01-01T00:00:00.000"}',
    );
  });
});
