/**
 * What the caller's thread and the storage thread tell each other: one message or more per event-loop turn there, one per
 * group back. Operations are numbered by the caller; answers carry the number. Never leaves the process, never stored.
 */
import type { SerializedError } from "../../core/errors.ts";
import type { ClockReading } from "../../ledger/hybrid-clock.ts";
import type { MessagePort } from "node:worker_threads";
import type { LedgerIdentity } from "./migrate.ts";
import type { ReadName, WriteName } from "./operation-table.ts";

export type WireOperation =
  | readonly [id: number, name: WriteName, request: unknown]
  | readonly [id: number, name: ReadName, values: readonly unknown[]]
  | readonly [id: number, name: "logBytes" | "close", none: null];

export interface Call {
  /** the same event-loop turn sends another message: a group may wait for it */
  readonly more: boolean;
  readonly reading: ClockReading;
  readonly operations: readonly WireOperation[];
}

export interface Answer {
  /** position the transaction reached; 0 when there was none */
  readonly durablePosition: number;
  /** numbers of the operations that were done, and what each returned */
  readonly ids: readonly number[];
  readonly results: readonly unknown[];
  readonly failures: readonly (readonly [id: number, error: SerializedError])[];
}

/** The first message of the storage thread. */
export type Opened =
  | { readonly kind: "opened"; readonly identity: LedgerIdentity }
  | { readonly kind: "refused"; readonly error: SerializedError };

/** What the storage thread is started with. */
export interface ThreadSetup {
  readonly port: MessagePort;
  /** counts the caller's messages; it wakes the thread after each */
  readonly signal: Int32Array;
  readonly folder: string;
  readonly clockStart: ClockReading;
  readonly fresh: LedgerIdentity;
  /** names this opening, for looking up the outcome of a group */
  readonly writerId: string;
  readonly busyTimeoutMs: number;
  readonly maxPageCount: number | null;
}
