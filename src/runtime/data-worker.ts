/** Entry file of the data worker threads: opens the connectors a definition names and serves batch descriptors. */
import { parentPort, workerData } from "node:worker_threads";
import { systemClock } from "../core/clock.ts";
import { assert, serializeError } from "../core/errors.ts";
import { serveWorker } from "../pipeline/execution/serve-worker.ts";
import type { WorkerReply, WorkerStart } from "../pipeline/execution/worker-messages.ts";
import { openReader, openWriter } from "./connectors.ts";

assert(parentPort !== null, "data-worker.ts is started as a worker thread");
const start = workerData as WorkerStart;
try {
  const reader = openReader(start.definition.source);
  const writer = openWriter(start.definition, start.rootStartedAtMs, systemClock);
  serveWorker(parentPort, start, {
    clock: systemClock,
    reader,
    openWriter: writer.open,
    close: async () => {
      await reader.close();
      await writer.close();
    },
  });
} catch (error) {
  const reply: WorkerReply = { type: "failed", error: serializeError(error) };
  parentPort.postMessage(reply);
}
