/** Recomputes the hash chains of a run chain's journals, page by page, in bounded memory. */
import { type ChainHead, CHAIN_START, verifyChain } from "../ledger/verify-chain.ts";
import { runEntity } from "../pipeline/run/run-context.ts";
import type { RunHead, Storage } from "../storage/port.ts";

const PAGE_EVENTS = 1_000;

export interface RunChainVerdict {
  readonly run: RunHead;
  readonly events: number;
  readonly head: ChainHead;
  /** null when every hash follows */
  readonly broken: { readonly version: number; readonly reason: string } | null;
}

export async function verifyRunChain(storage: Storage, run: RunHead): Promise<RunChainVerdict> {
  let head = CHAIN_START;
  for (;;) {
    const request = {
      tenant: run.tenant,
      entity: runEntity(run.runId),
      fromVersion: head.version + 1,
      limit: PAGE_EVENTS,
    };
    const page = await storage.readEntity(request);
    if (page.length === 0) return { run, events: head.version, head, broken: null };
    const verdict = verifyChain(page, head);
    if (!verdict.ok)
      return {
        run,
        events: head.version,
        head,
        broken: { version: verdict.version, reason: verdict.reason },
      };
    head = verdict.head;
  }
}
