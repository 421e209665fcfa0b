/** What storage crash tests share: running the appender, and checking a ledger against what was acknowledged. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { expect } from "vitest";
import { systemClock } from "../../src/core/clock.ts";
import { systemRandom } from "../../src/core/random.ts";
import type { StoredEvent } from "../../src/ledger/event.ts";
import { verifyChain } from "../../src/ledger/verify-chain.ts";
import type { Storage } from "../../src/storage/port.ts";
import {
  openSqliteStorage,
  type SqliteStorageOptions,
} from "../../src/storage/sqlite/open-sqlite-storage.ts";

const APPENDER = resolve(import.meta.dirname, "storage-appender.child.ts");

export interface AppenderRun {
  readonly folder: string;
  readonly name: string;
  readonly appends: number;
  readonly callers: number;
  /** `TIDEMARK_FAULT` */
  readonly fault?: string;
}

export interface AppenderEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** position, entity, version and hash of each acknowledged event */
  readonly acknowledged: readonly string[];
  readonly stderr: string;
}

export async function runAppender({
  folder,
  name,
  appends,
  callers,
  fault,
}: AppenderRun): Promise<AppenderEnd> {
  const { TIDEMARK_FAULT: _, ...env } = process.env;
  const child = spawn(process.execPath, [APPENDER, folder, name, String(appends), String(callers)], {
    stdio: ["ignore", "pipe", "pipe"],
    env: fault === undefined ? env : { ...env, TIDEMARK_FAULT: fault },
  });
  const [exit, stdout, stderr] = await Promise.all([
    once(child, "exit"),
    text(child.stdout),
    text(child.stderr),
  ]);
  const [code, signal] = exit as [number | null, NodeJS.Signals | null];
  // A line that the kill cut short was not said: only whole ones count.
  const acknowledged = stdout.split("\n").slice(0, -1);
  return { code, signal, acknowledged, stderr };
}

export function temporaryFolder(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), "tidemark-crash-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

export function openPlain(folder: string, options: Partial<SqliteStorageOptions> = {}): Promise<Storage> {
  return openSqliteStorage({ folder, clock: systemClock, random: systemRandom, ...options });
}

export function readLedger(storage: Storage): Promise<readonly StoredEvent[]> {
  return storage.readPositions({ fromPosition: 1, limit: 1_000_000 });
}

/** Everything acknowledged is stored as it was acknowledged; positions have no gap; every chain is whole. */
export async function expectWhole(storage: Storage, acknowledged: readonly string[]): Promise<void> {
  const events = await readLedger(storage);
  expect(events.map(({ position }) => position)).toEqual(events.map((_, index) => index + 1));
  const stored = new Set(events.map(lineOf));
  expect(acknowledged.filter((line) => !stored.has(line))).toEqual([]);
  for (const chain of Map.groupBy(events, ({ header }) => header.entity).values())
    expect(verifyChain(chain)).toMatchObject({ ok: true });
}

function lineOf({ position, header, hash }: StoredEvent): string {
  return [position, header.entity, header.version, hash].join(" ");
}

/** Appends one event; the ledger works. */
export async function appendOne(storage: Storage, entity: string, fill = ""): Promise<string> {
  const outcome = await storage.appendEvents({
    tenant: "default",
    events: [{ entity, kind: "test.appended", payload: { fill } }],
  });
  if (outcome.kind !== "appended") expect.fail(`the append to ${entity} is a ${outcome.kind}`);
  return outcome.receipt.events
    .map((event) => [event.position, event.entity, event.version, event.hash].join(" "))
    .join();
}
