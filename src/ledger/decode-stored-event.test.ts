import { describe, expect, it } from "vitest";
import { decodeStoredEvent, type StoredEventRow } from "./decode-stored-event.ts";

const ROW: StoredEventRow = [
  7,
  "t",
  "order/1",
  2,
  "order.placed",
  1,
  "ID",
  null,
  10,
  0,
  11,
  null,
  null,
  null,
  null,
  '{"a":1}',
  "aa",
  "bb",
];

describe("decodeStoredEvent", () => {
  it("leaves absent members out", () => {
    expect(decodeStoredEvent(ROW)).toEqual({
      position: 7,
      header: {
        eventId: "ID",
        entity: "order/1",
        version: 2,
        kind: "order.placed",
        schemaVersion: 1,
        tenant: "t",
        at: { wallMs: 10, counter: 0 },
        clockMs: 11,
        payloadHash: "aa",
      },
      payloadText: '{"a":1}',
      payload: { a: 1 },
      hash: "bb",
    });
  });

  it("reads the verdicts of gates", () => {
    const row: StoredEventRow = ROW.with(14, '[{"gate":"budget"}]') as unknown as StoredEventRow;
    expect(decodeStoredEvent(row).header.gates).toEqual([{ gate: "budget" }]);
  });

  it("says which event a foreign hand has damaged", () => {
    const row: StoredEventRow = ROW.with(15, '{"a":') as unknown as StoredEventRow;
    expect(() => decodeStoredEvent(row)).toThrow(
      expect.objectContaining({
        code: "LEDGER_CHAIN_BROKEN",
        details: expect.objectContaining({ version: 2 }),
      }),
    );
  });
});
