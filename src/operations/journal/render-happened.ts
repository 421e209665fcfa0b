/** "What happened?" in lines. */
import { formatBytes, formatCount, formatDuration } from "../../core/format-quantity.ts";
import { counted, describeEvent } from "./describe-event.ts";
import type { Journal } from "./journal.ts";
import { chunkEvents, files, longestChunkMs, retries } from "./journal-questions.ts";
import { shortened } from "./shorten-list.ts";

export function happenedLines(journal: Journal): readonly string[] {
  const events = chunkEvents(journal);
  if (events.length === 0) return ["no chunk was started"];
  const count = (kind: string): number => events.filter((event) => event.kind === kind).length;
  const longest = longestChunkMs(journal);
  const failed = events.filter((event) => event.kind === "chunk.failed");
  return [
    `chunks: ${counted(count("chunk.started"), "start")}, ${formatCount(count("chunk.completed"))} completed, ${formatCount(failed.length)} failed${longest === undefined ? "" : `; the longest took ${formatDuration(longest)}`}`,
    ...shortened(failed, describeEvent),
    ...filesLines(journal),
    ...retriesLines(journal),
  ];
}

function filesLines(journal: Journal): readonly string[] {
  const written = files(journal);
  if (written.length === 0) return ["no file was written"];
  const rows = written.reduce((total, file) => total + file.rows, 0);
  const bytes = written.reduce((total, file) => total + file.bytes, 0);
  return [
    `${counted(written.length, "file")}, ${counted(rows, "row")}, ${formatBytes(bytes)}`,
    ...shortened(written, (payload) => {
      const hash = payload.hash === null ? "" : `, sha256 ${payload.hash.slice(0, 16)}…`;
      return `${describeEvent({ kind: "file.written", payload })}${hash}`;
    }),
  ];
}

function retriesLines(journal: Journal): readonly string[] {
  const all = retries(journal);
  if (all.length === 0) return ["no retries"];
  return [
    all.length === 1 ? "1 retry" : `${formatCount(all.length)} retries`,
    ...shortened(all, (payload) => describeEvent({ kind: "retry.attempted", payload })),
  ];
}
