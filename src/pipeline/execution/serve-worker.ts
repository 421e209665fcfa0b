/**
 * The worker's side: keeps reader, transform and sink connection warm, and executes one descriptor after another.
 * Which connector is behind the ports is the entry file's choice (`runtime/data-worker.ts`).
 */
import type { MessagePort } from "node:worker_threads";
import { parseFieldJson } from "../../columns/field-json.ts";
import type { SinkWriter, WriterRequest } from "../../connectors/sink-port.ts";
import type { SourceReader, SourceSnapshot } from "../../connectors/source-port.ts";
import type { Clock } from "../../core/clock.ts";
import { assert, serializeError } from "../../core/errors.ts";

import { compileTransform } from "../transform/compile-transform.ts";
import { type BatchPorts, executeBatch } from "./execute-batch.ts";
import type { WorkerReply, WorkerRequest, WorkerStart } from "./worker-messages.ts";

/** Progress is told at most this often: it is for people. */
const PROGRESS_EVERY_MS = 100;

export interface WorkerPorts {
  readonly clock: Clock;
  readonly reader: SourceReader;
  readonly openWriter: (request: WriterRequest) => SinkWriter;
  readonly close: () => Promise<void>;
}

/** Answers requests until told to close. */
export function serveWorker(port: MessagePort, start: WorkerStart, ports: WorkerPorts): void {
  const reply = (message: WorkerReply): void => port.postMessage(message);
  const transform = compileTransform(
    start.definition.name,
    start.columns.map(parseFieldJson),
    start.definition.transform,
  );
  let snapshot: SourceSnapshot | undefined;
  const batchPorts = (current: SourceSnapshot): BatchPorts => ({
    ...ports,
    transform,
    onError: start.definition.onError,
    maxValueBytes: start.definition.maxValueBytes,
    quarantineFolder: start.quarantineFolder,
    salt: start.salt,
    snapshot: current,
    onProgress: throttleProgress(ports.clock, reply),
  });
  const serve = async (request: WorkerRequest): Promise<WorkerReply> => {
    switch (request.type) {
      case "snapshot":
        await ports.reader.beginSnapshot(request.snapshot.id);
        snapshot = request.snapshot;
        return { type: "done" };
      case "execute":
        assert(snapshot !== undefined, "nobody works without a snapshot");
        return { type: "result", result: await executeBatch(request.descriptor, batchPorts(snapshot)) };
      case "close":
        await ports.close();
        return { type: "done" };
    }
  };
  port.on("message", (request: WorkerRequest) => {
    serve(request)
      .catch((error: unknown): WorkerReply => ({ type: "failed", error: serializeError(error) }))
      .then((message) => {
        reply(message);
        if (request.type === "close") port.close();
      })
      // A reply that cannot be sent is a defect: let the thread die, its control plane notices.
      .catch((error: unknown) =>
        queueMicrotask(() => {
          throw error;
        }),
      );
  });
  reply({ type: "ready" });
}

function throttleProgress(clock: Clock, reply: (message: WorkerReply) => void): BatchPorts["onProgress"] {
  let rows = 0;
  let bytes = 0;
  let toldAtMs = clock.monotonicMs();
  return (moreRows, moreBytes) => {
    rows += moreRows;
    bytes += moreBytes;
    const nowMs = clock.monotonicMs();
    if (nowMs - toldAtMs < PROGRESS_EVERY_MS) return;
    reply({ type: "progress", rows, bytes });
    toldAtMs = nowMs;
    rows = 0;
    bytes = 0;
  };
}
