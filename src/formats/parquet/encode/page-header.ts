/** Headers of data pages (version 1, which every reader knows) and dictionary pages, with the CRC of the page's bytes. */
import { crc32 } from "node:zlib";
import { assert } from "../../../core/errors.ts";
import { ThriftWriter } from "./thrift-writer.ts";

export const ENCODING = { plain: 0, rle: 3, rleDictionary: 8 } as const;
export const PAGE_TYPE = { data: 0, dictionary: 2 } as const;

/** Sizes in page headers are signed 32-bit integers. */
const PAGE_BYTES_MAX = 0x7fffffff;

export interface PageOf {
  readonly type: "data" | "dictionary";
  readonly valueCount: number;
  readonly encoding: number;
  readonly plainBytes: number;
  /** as written: compressed */
  readonly body: Uint8Array;
}

export function encodePageHeader(page: PageOf): Uint8Array {
  assert(page.plainBytes <= PAGE_BYTES_MAX, "a page is smaller than 2 GiB");
  const thrift = new ThriftWriter();
  thrift.message(() => {
    thrift.i32(1, PAGE_TYPE[page.type]);
    thrift.i32(2, page.plainBytes);
    thrift.i32(3, page.body.length);
    thrift.i32(4, crc32(page.body) | 0);
    if (page.type === "dictionary")
      thrift.struct(7, () => {
        thrift.i32(1, page.valueCount);
        thrift.i32(2, page.encoding);
      });
    else
      thrift.struct(5, () => {
        thrift.i32(1, page.valueCount);
        thrift.i32(2, page.encoding);
        thrift.i32(3, ENCODING.rle);
        thrift.i32(4, ENCODING.rle);
      });
  });
  return thrift.buffer.written();
}
