/**
 * The storage port over the storage thread: checks, canonical texts and receipts on this side, everything else there.
 */
import { canonicalize } from "../../core/canonical-json.ts";
import { TidemarkError } from "../../core/errors.ts";
import { decodeStoredEvent, type StoredEventRow } from "../../ledger/decode-stored-event.ts";
import type { AppendOutcome, AppendRequest, ProposedEvent, StoredEvent } from "../../ledger/event.ts";
import { type PreparedEvent, prepareAppend, prepareEvents } from "../../ledger/prepare-append.ts";
import type * as port from "../port.ts";
import { encodeAppend } from "./append-wire.ts";
import { toAppendOutcome } from "./append-outcome.ts";
import { decodeBatchRow } from "./decode-batch-row.ts";
import type { LedgerIdentity } from "./migrate.ts";
import type {
  ReadArguments,
  ReadName,
  ReadResult,
  WriteName,
  WriteRequest,
  WriteResult,
} from "./operation-table.ts";
import type { AppendResult } from "./operations/append-events.ts";
import type { StorageCaller } from "./storage-caller.ts";

export class SqliteStorage implements port.Storage {
  readonly salt: Uint8Array;
  readonly ledgerId: string;
  readonly #caller: StorageCaller;
  readonly #createEventId: () => string;
  #closing: Promise<unknown> | undefined;

  constructor(caller: StorageCaller, identity: LedgerIdentity, createEventId: () => string) {
    this.#caller = caller;
    this.salt = Buffer.from(identity.salt, "hex");
    this.ledgerId = identity.ledgerId;
    this.#createEventId = createEventId;
  }

  appendEvents(request: AppendRequest): Promise<AppendOutcome> {
    try {
      const append = prepareAppend(request, this.#createEventId);
      return this.#caller.call("appendEvents", encodeAppend(append), (result, durablePosition) =>
        toAppendOutcome(append, result as AppendResult, durablePosition),
      ) as Promise<AppendOutcome>;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  acquireLease(request: WriteRequest<"acquireLease">): Promise<port.AcquireOutcome> {
    return this.#write("acquireLease", request);
  }

  extendLease(request: WriteRequest<"extendLease">): Promise<port.DoneOrLost> {
    return this.#write("extendLease", request);
  }

  async releaseLease(proof: port.LeaseProof): Promise<void> {
    await this.#write("releaseLease", proof);
  }

  findLease(name: string): Promise<port.Lease | undefined> {
    return this.#read("findLease", name);
  }

  async startRun(request: port.StartRunRequest): Promise<port.StartRunOutcome> {
    const { plan, bounds, ...rest } = request;
    const events = this.#prepare(request);
    const boundsTexts = bounds.map((one) => canonicalize(one));
    return this.#write("startRun", { ...rest, events, planText: canonicalize(plan), boundsTexts });
  }

  async claimBatch(request: port.ClaimBatchRequest): Promise<port.ClaimBatchOutcome> {
    return this.#write("claimBatch", { ...request, events: this.#prepare(request) });
  }

  async completeBatch(request: port.CompleteBatchRequest): Promise<port.CompleteBatchOutcome> {
    const { result, checkpoint, ...rest } = request;
    const { watermark, ...otherMembers } = checkpoint;
    return this.#write("completeBatch", {
      ...rest,
      events: this.#prepare(request),
      resultText: canonicalize(result),
      checkpoint: otherMembers,
      watermarkText: canonicalize(watermark),
    });
  }

  async failBatch(request: port.FailBatchRequest): Promise<port.FailBatchOutcome> {
    return this.#write("failBatch", { ...request, events: this.#prepare(request) });
  }

  async finalizeRun(request: port.FinalizeRunRequest): Promise<port.FinalizeRunOutcome> {
    return this.#write("finalizeRun", { ...request, events: this.#prepare(request) });
  }

  async finishRun(request: port.FinishRunRequest): Promise<port.DoneOrLost> {
    return this.#write("finishRun", { ...request, events: this.#prepare(request) });
  }

  async recordRunEvents(request: Parameters<port.Storage["recordRunEvents"]>[0]): Promise<port.DoneOrLost> {
    return this.#write("recordRunEvents", { ...request, events: this.#prepare(request) });
  }

  async resetCheckpoints(request: Parameters<port.Storage["resetCheckpoints"]>[0]): Promise<port.DoneOrLost> {
    return this.#write("resetCheckpoints", { ...request, events: this.#prepare(request) });
  }

  findRun(tenant: string, runId: string): Promise<port.RunRow | undefined> {
    return this.#read("findRun", tenant, runId);
  }

  listRuns(filter: port.RunFilter): Promise<readonly port.RunHead[]> {
    return this.#read("listRuns", filter);
  }

  listRootRunIds(tenant: string, pipeline: string): Promise<readonly string[]> {
    return this.#read("listRootRunIds", tenant, pipeline);
  }

  async listBatches(tenant: string, rootRunId: string): Promise<readonly port.BatchRow[]> {
    const rows = await this.#read("listBatches", tenant, rootRunId);
    return rows.map((row) => decodeBatchRow(rootRunId, row));
  }

  listCheckpoints(tenant: string, pipeline?: string): Promise<readonly port.Checkpoint[]> {
    return pipeline === undefined
      ? this.#read("listCheckpoints", tenant)
      : this.#read("listCheckpoints", tenant, pipeline);
  }

  async readEntity(request: Parameters<port.Storage["readEntity"]>[0]): Promise<readonly StoredEvent[]> {
    return decodeAll(await this.#read("readEntity", request));
  }

  async readPositions(
    request: Parameters<port.Storage["readPositions"]>[0],
  ): Promise<readonly StoredEvent[]> {
    return decodeAll(await this.#read("readPositions", request));
  }

  durablePosition(): Promise<number> {
    return this.#read("durablePosition");
  }

  logBytes(): Promise<number> {
    return this.#caller.call("logBytes", null) as Promise<number>;
  }

  async close(): Promise<void> {
    this.#closing ??= this.#caller.call("close", null);
    this.#caller.refuseFurther(new TidemarkError("STORAGE_CLOSED"));
    await this.#closing;
  }

  #prepare(request: {
    readonly tenant: string;
    readonly events: readonly ProposedEvent[];
  }): readonly PreparedEvent[] {
    return prepareEvents(request.tenant, request.events, this.#createEventId);
  }

  #write<Name extends WriteName>(name: Name, request: WriteRequest<Name>): Promise<WriteResult<Name>> {
    return this.#caller.call(name, request) as Promise<WriteResult<Name>>;
  }

  #read<Name extends ReadName>(name: Name, ...values: ReadArguments<Name>): Promise<ReadResult<Name>> {
    return this.#caller.call(name, values) as Promise<ReadResult<Name>>;
  }
}

function decodeAll(rows: readonly StoredEventRow[]): readonly StoredEvent[] {
  return rows.map((row) => decodeStoredEvent(row));
}
