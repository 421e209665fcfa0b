/** Sizes as people write them: decimal `B kB KB MB GB TB` and binary `KiB MiB GiB TiB`. `mb` and `Mb` are refused: they may mean bits. */
import { parseQuantity, type QuantityForm } from "./parse-quantity.ts";

const FORM: QuantityForm = {
  what: "size",
  accepted:
    "a number with a unit, such as 512B, 64kB, 64MB, 2GB (powers of 1000) or 64KiB, 64MiB, 2GiB (of 1024)",
  units: {
    B: 1n,
    kB: 1_000n,
    KB: 1_000n,
    MB: 1_000_000n,
    GB: 1_000_000_000n,
    TB: 1_000_000_000_000n,
    KiB: 1n << 10n,
    MiB: 1n << 20n,
    GiB: 1n << 30n,
    TiB: 1n << 40n,
  },
};

/** Whole bytes. Throws CORE_BAD_VALUE. */
export function parseSize(text: string): number {
  return parseQuantity(text, FORM);
}
