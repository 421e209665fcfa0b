/**
 * What a manifest promises of a table against what is there: that the table exists with every column, that it holds the
 * rows (as many in mode replace, at least as many in mode append), and that the keys beside it recorded the same counts
 * and column checksums. A table knows no parts and no order, so `deep` cannot recompute checksums from its rows.
 */
import type { DatabaseSync } from "node:sqlite";
import type { SqliteSinkDefinition } from "../../../pipeline/definition.ts";
import { quoteIdentifier } from "../quote-identifier.ts";
import { readTableSchema } from "../table-schema.ts";
import type { ColumnChecksum, VerifyFinding, VerifyRequest } from "../../sink-port.ts";
import { recordedParts } from "./applied-keys.ts";
import { findColumn } from "./target-table.ts";

export function verifyTable(
  database: DatabaseSync | undefined,
  definition: SqliteSinkDefinition,
  { manifest, onProgress }: VerifyRequest,
): readonly VerifyFinding[] {
  const { parts, columns } = manifest;
  const { table, writeMode } = definition;
  const finding = (reason: string, column: string | null = null): VerifyFinding => ({
    path: table,
    column,
    reason,
  });
  const schema = database === undefined ? undefined : readTableSchema(database, table);
  if (database === undefined || schema === undefined) return [finding("the table does not exist")];
  const findings: VerifyFinding[] = columns
    .filter(({ name }) => findColumn(schema, name) === undefined)
    .map(({ name }) => finding("the column is gone", name));
  const recorded = recordedParts(database);
  for (const part of parts) {
    const found = recorded.get(part.name);
    if (found !== undefined && found.rows !== part.rows)
      findings.push(finding(`${part.name} was committed with ${found.rows} rows, not ${part.rows}`));
    const column = found === undefined ? undefined : firstDifference(found.columns, part.columns);
    if (column !== undefined)
      findings.push(finding(`${part.name} was committed with another checksum`, column));
    onProgress(part);
  }
  const promised = parts.reduce((sum, part) => sum + part.rows, 0);
  const rows = Number(
    database.prepare(`SELECT count(*) AS rows FROM ${quoteIdentifier(schema.name)}`).get()?.["rows"],
  );
  if (writeMode === "replace" && rows !== promised)
    findings.push(finding(`it holds ${rows} rows, not ${promised}`));
  if (writeMode === "append" && rows < promised)
    findings.push(finding(`it holds ${rows} rows, fewer than the ${promised} that were appended`));
  return findings;
}

function firstDifference(
  recorded: readonly ColumnChecksum[],
  promised: readonly ColumnChecksum[],
): string | undefined {
  return promised.find(({ checksum }, at) => recorded[at]?.checksum !== checksum)?.name;
}
