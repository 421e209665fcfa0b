/**
 * Notices jumps of the wall clock (see `src/ledger/hybrid-clock.ts`) and turns each into one `clock.jumped` event of entity
 * `ledger/clock`, tenant `system`, which goes in front of the operations that were asked for when it was noticed. When it
 * could not be stored the jump is noticed again.
 */
import { type ClockReading, findJump } from "../../ledger/hybrid-clock.ts";
import { prepareAppend } from "../../ledger/prepare-append.ts";
import { type AppendWire, encodeAppend } from "./append-wire.ts";

const CLOCK_TENANT = "system";
const CLOCK_ENTITY = "ledger/clock";

export class ClockWatch {
  readonly #start: ClockReading;
  readonly #createEventId: () => string;
  #noticedOffsetMs = 0;

  constructor(start: ClockReading, createEventId: () => string) {
    this.#start = start;
    this.#createEventId = createEventId;
  }

  /** The append that names both readings, when the clock has jumped since the last call. */
  notice(reading: ClockReading): AppendWire | undefined {
    const jump = findJump(this.#start, reading, this.#noticedOffsetMs);
    if (jump === undefined) return undefined;
    this.#noticedOffsetMs = jump.wallMs - jump.expectedMs;
    const payload = { expectedMs: jump.expectedMs, wallMs: jump.wallMs };
    const event = { entity: CLOCK_ENTITY, kind: "clock.jumped", payload };
    return encodeAppend(prepareAppend({ tenant: CLOCK_TENANT, events: [event] }, this.#createEventId));
  }

  /** What was noticed last is not stored. */
  forget(): void {
    this.#noticedOffsetMs = 0;
  }
}
