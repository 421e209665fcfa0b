/** Which adapter is behind a definition: the one place that knows them all. */
import { openFilesReader } from "../connectors/files/source/open-files-reader.ts";
import { openFilesSource } from "../connectors/files/source/open-files-source.ts";
import { resolveDestination } from "../connectors/files/sink/destination.ts";
import { openFilesSink } from "../connectors/files/sink/open-files-sink.ts";
import { openFilesWriter } from "../connectors/files/sink/open-files-writer.ts";
import { openSqliteReader } from "../connectors/sqlite/source/open-sqlite-reader.ts";
import { openSqliteSource } from "../connectors/sqlite/source/open-sqlite-source.ts";
import { openSqliteSink } from "../connectors/sqlite/sink/open-sqlite-sink.ts";
import { openSqliteWriter } from "../connectors/sqlite/sink/open-sqlite-writer.ts";
import { hideInReader, hideInSink, hideInSource, hideInWriters } from "../connectors/hide-texts.ts";
import type { Sink, SinkWriter, WriterRequest } from "../connectors/sink-port.ts";
import type { Source, SourceReader } from "../connectors/source-port.ts";
import { type Clock, systemClock } from "../core/clock.ts";
import { systemRandom } from "../core/random.ts";
import type { PipelineDefinition, SourceDefinition } from "../pipeline/definition.ts";

export function openSource(definition: SourceDefinition): Source {
  const ports = { clock: systemClock, random: systemRandom };
  const source =
    definition.kind === "sqlite" ? openSqliteSource(definition, ports) : openFilesSource(definition);
  return hideInSource(source, definition.hidden);
}

export function openReader(definition: SourceDefinition): SourceReader {
  const reader = definition.kind === "sqlite" ? openSqliteReader(definition) : openFilesReader(definition);
  return hideInReader(reader, definition.hidden);
}

/** `rootStartedAtMs`: when the first run of the chain started; it fills `{date}` in paths. */
export function openSink({ name, sink }: PipelineDefinition, rootStartedAtMs: number): Sink {
  const opened =
    sink.kind === "files"
      ? openFilesSink(sink, { pipeline: name, rootStartedAtMs })
      : openSqliteSink(sink, { pipeline: name, clock: systemClock });
  return hideInSink(opened, sink.hidden);
}

export interface WarmWriter {
  readonly open: (request: WriterRequest) => SinkWriter;
  readonly close: () => Promise<void>;
}

/** The sink connection a worker keeps between chunks. */
export function openWriter(
  { name, sink }: PipelineDefinition,
  rootStartedAtMs: number,
  clock: Clock,
): WarmWriter {
  if (sink.kind === "sqlite") {
    const writer = openSqliteWriter(sink, { pipeline: name, clock });
    return { open: hideInWriters(writer.open, sink.hidden), close: writer.close };
  }
  const open = openFilesWriter(sink, resolveDestination(sink, name, rootStartedAtMs));
  return { open: hideInWriters(open, sink.hidden), close: async () => undefined };
}
