/** 16-byte little-endian two's complement integers, the form of decimals beyond 18 digits. */

/** `value` must lie within -2^127 .. 2^127 - 1. */
export function writeInt128(bytes: Uint8Array, at: number, value: bigint): void {
  let low = BigInt.asUintN(64, value);
  let high = BigInt.asUintN(64, value >> 64n);
  for (let index = 0; index < 8; index += 1) {
    bytes[at + index] = Number(low & 0xffn);
    bytes[at + 8 + index] = Number(high & 0xffn);
    low >>= 8n;
    high >>= 8n;
  }
}

export function readInt128(bytes: Uint8Array, at: number): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, 16);
  return (view.getBigInt64(8, true) << 64n) | view.getBigUint64(0, true);
}
