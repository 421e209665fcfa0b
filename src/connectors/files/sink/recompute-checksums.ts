/** Decodes a published part with the readers of the files source and computes its column checksums anew. */
import { basename, dirname } from "node:path";
import type { Field } from "../../../columns/column-batch.ts";
import { ColumnChecksums } from "../../../columns/column-checksum.ts";
import { TidemarkError } from "../../../core/errors.ts";
import type { FilesSourceDefinition } from "../../../pipeline/definition.ts";
import type { ColumnChecksum } from "../../sink-port.ts";
import { openFilesReader } from "../source/open-files-reader.ts";
import { openFilesSource } from "../source/open-files-source.ts";
import type { Destination } from "./destination.ts";

export interface RecomputedPart {
  readonly rows: number;
  readonly columns: readonly ColumnChecksum[];
}

/** No value of a part that was written is larger than this. */
const VALUE_BYTES_MAX = 2 ** 31 - 1;

/** Throws what the reader throws, and FORMAT_CORRUPT when a row does not decode to the types that were written. */
export async function recomputeChecksums(
  destination: Destination,
  path: string,
  fields: readonly Field[],
): Promise<RecomputedPart> {
  const definition = partDefinition(destination, path, fields);
  const source = openFilesSource(definition);
  const reader = openFilesReader(definition);
  const checksums = new ColumnChecksums(fields);
  let rows = 0;
  try {
    const signal = new AbortController().signal;
    for (const bounds of await source.cut(await source.plan())) {
      for await (const { batch, failures } of reader.read({
        bounds,
        fields,
        maxValueBytes: VALUE_BYTES_MAX,
        signal,
      })) {
        const [failure] = failures;
        if (failure !== undefined)
          throw new TidemarkError("FORMAT_CORRUPT", { file: path, reason: failure.message });
        checksums.update(batch);
        rows += batch.rowCount;
      }
    }
  } finally {
    await reader.close();
    await source.close();
  }
  return { rows, columns: checksums.finish() };
}

function partDefinition(
  { format }: Destination,
  path: string,
  fields: readonly Field[],
): FilesSourceDefinition {
  const columns = Object.fromEntries(fields.map(({ name, type, nullable }) => [name, { type, nullable }]));
  const csv = { header: true, delimiter: ",", nullText: null };
  return { kind: "files", root: dirname(path), path: basename(path), format, csv, columns };
}
