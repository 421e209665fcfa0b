/**
 * Messages between the control plane and a data worker. Plain JSON but for the salt. One request is answered before the
 * next is sent; `progress` comes in between. States of a worker: starting -> ready -> busy -> ready …; it ends by `close`.
 */
import type { FieldJson } from "../../columns/field-json.ts";
import type { SourceSnapshot } from "../../connectors/source-port.ts";
import type { SerializedError } from "../../core/errors.ts";
import type { PipelineDefinition } from "../definition.ts";
import type { BatchDescriptor, BatchResult } from "./batch-descriptor.ts";

/** Given to the worker thread as `workerData`. */
export interface WorkerStart {
  readonly definition: PipelineDefinition;
  /** source columns as planned */
  readonly columns: readonly FieldJson[];
  readonly quarantineFolder: string;
  readonly salt: Uint8Array;
  /** epoch ms at which the root run started: fills `{date}` */
  readonly rootStartedAtMs: number;
}

export type WorkerRequest =
  | { readonly type: "snapshot"; readonly snapshot: SourceSnapshot }
  | { readonly type: "execute"; readonly descriptor: BatchDescriptor }
  | { readonly type: "close" };

export type WorkerReply =
  | { readonly type: "ready" }
  | { readonly type: "done" }
  | { readonly type: "result"; readonly result: BatchResult }
  | { readonly type: "failed"; readonly error: SerializedError }
  | { readonly type: "progress"; readonly rows: number; readonly bytes: number };
