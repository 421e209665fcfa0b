import { MessageChannel } from "node:worker_threads";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Mailbox } from "./mailbox.ts";
import type { Call } from "./wire.ts";

let channel: MessageChannel;
let signal: Int32Array<SharedArrayBuffer>;

beforeEach(() => {
  channel = new MessageChannel();
  signal = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
});

afterEach(() => channel.port1.close());

/** As the caller does: first the message, then the count. */
function send(wallMs: number): void {
  const call: Call = { more: false, reading: { wallMs, monotonicMs: 0 }, operations: [] };
  channel.port1.postMessage(call);
  Atomics.add(signal, 0, 1);
}

function takeAll(mailbox: Mailbox): number[] {
  const wallMs: number[] = [];
  for (let call = mailbox.take(); call !== undefined; call = mailbox.take()) wallMs.push(call.reading.wallMs);
  return wallMs;
}

describe("the mailbox", () => {
  it("gives messages in order, and nothing when all are taken", () => {
    const mailbox = new Mailbox(channel.port2, signal);
    expect(takeAll(mailbox)).toEqual([]);
    for (const wallMs of [1, 2, 3]) send(wallMs);
    expect(takeAll(mailbox)).toEqual([1, 2, 3]);
    send(4);
    expect(takeAll(mailbox)).toEqual([4]);
  });

  it("does not sleep while a message waits, however early it came", () => {
    const mailbox = new Mailbox(channel.port2, signal);
    send(1);
    mailbox.sleep();
    expect(takeAll(mailbox)).toEqual([1]);
  });
});
