/**
 * The quarantine file of one chunk attempt: canonical JSON lines, one refused row each, with its bytes, column, rule and
 * place (`docs/formats/quarantine.md`). Made when the first row is refused; hashed while written and flushed before the
 * chunk is committed. It lies in the state folder, not in the destination: it may hold personal data and can be deleted.
 */
import { createHash, type Hash } from "node:crypto";
import { closeSync, fsyncSync, openSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { isUtf8 } from "node:buffer";
import { canonicalize } from "../../core/canonical-json.ts";
import { flushFolder, makeFolderDurably, writeFully } from "../../core/durable-file.ts";
import { faultPoint } from "../../core/fault-point.ts";
import type { JsonObject } from "../../core/json-value.ts";
import { saltedHash } from "../../core/salted-hash.ts";
import type { RowFailure } from "../../connectors/source-port.ts";
import type { QuarantineResult, QuarantineSample } from "./batch-descriptor.ts";

const SAMPLES_MAX = 20;
/** Bytes of a refused row kept in the file; a longer one is cut, its place tells where the rest is. */
const RAW_BYTES_MAX = 64 * 1024;

export type QuarantineStage = "source" | "transform" | "sink";

export interface QuarantineFileOptions {
  readonly folder: string;
  /** relative to folder */
  readonly name: string;
  readonly chunk: number;
  readonly salt: Uint8Array;
}

export class QuarantineFile {
  readonly #options: QuarantineFileOptions;
  readonly #hash: Hash = createHash("sha256");
  readonly #samples: QuarantineSample[] = [];
  readonly #rules = new Map<string, number>();
  #descriptor: number | undefined;
  #count = 0;
  #bytes = 0;

  constructor(options: QuarantineFileOptions) {
    this.#options = options;
  }

  get count(): number {
    return this.#count;
  }

  add(stage: QuarantineStage, failures: readonly RowFailure[]): void {
    for (const failure of failures) {
      this.#count += 1;
      this.#rules.set(failure.rule, (this.#rules.get(failure.rule) ?? 0) + 1);
      this.#sample(failure);
      this.#append(`${canonicalize(this.#line(stage, failure))}\n`);
    }
  }

  /** Flushes file and folder. */
  finish(): QuarantineResult {
    const rules = Object.fromEntries([...this.#rules].toSorted(([a], [b]) => (a < b ? -1 : 1)));
    if (this.#descriptor === undefined) return { count: 0, rules, file: null, samples: [] };
    fsyncSync(this.#descriptor);
    closeSync(this.#descriptor);
    this.#descriptor = undefined;
    flushFolder(dirname(this.#path()));
    faultPoint("quarantine.afterFlush");
    const file = { name: this.#options.name, bytes: this.#bytes, sha256: this.#hash.digest("hex") };
    return { count: this.#count, rules, file, samples: this.#samples };
  }

  /** Drops what was written. A finished file stays: the sink may have recorded it; `sweep-quarantine.ts` decides. */
  abort(): void {
    if (this.#descriptor === undefined) return;
    closeSync(this.#descriptor);
    this.#descriptor = undefined;
    rmSync(this.#path(), { force: true });
  }

  #path(): string {
    return join(this.#options.folder, this.#options.name);
  }

  #line(stage: QuarantineStage, failure: RowFailure): JsonObject {
    const raw = failure.raw.subarray(0, RAW_BYTES_MAX);
    const text = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
    return {
      chunk: this.#options.chunk,
      stage,
      row: failure.row,
      column: failure.column,
      rule: failure.rule,
      message: failure.message,
      place: failure.place,
      rawBytes: failure.raw.length,
      ...(isUtf8(raw) ? { raw: text.toString("utf8") } : { rawBase64: text.toString("base64") }),
    };
  }

  #sample({ row, column, rule, raw }: RowFailure): void {
    if (this.#samples.length >= SAMPLES_MAX) return;
    this.#samples.push({ row, column, rule, valueHash: saltedHash(this.#options.salt, raw) });
  }

  #append(line: string): void {
    if (this.#descriptor === undefined) {
      makeFolderDurably(dirname(this.#path()));
      this.#descriptor = openSync(this.#path(), "w", 0o600);
    }
    const bytes = Buffer.from(line, "utf8");
    this.#hash.update(bytes);
    writeFully(this.#descriptor, bytes);
    this.#bytes += bytes.length;
  }
}
