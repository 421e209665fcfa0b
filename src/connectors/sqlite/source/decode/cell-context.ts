/**
 * What the decoder of a column needs beside the values: where nulls and faults go. One per column, reused from page to
 * page. Messages name classes and types, never values: they are shown where values may not be.
 */
import { NullMask } from "../../../../columns/build/null-mask.ts";
import type { Column, Field } from "../../../../columns/column-batch.ts";
import { formatLogicalType } from "../../../../columns/logical-type.ts";
import type { Affinity } from "../../declared-type.ts";
import { isInteger, type SqlRow, type SqlValue, storageClassOf } from "../../sql-value.ts";
import type { CellFaults } from "./cell-faults.ts";

export interface TextCheck {
  /** whether the text in this cell, which holds U+FFFD, is what is stored, and not a stand-in for invalid bytes */
  isStoredText(row: number, index: number): boolean;
}

export interface DecodeRequest {
  readonly rows: readonly SqlRow[];
  readonly faults: CellFaults;
  readonly check: TextCheck;
}

export interface CellSettings {
  readonly field: Field;
  /** place of the column in the rows */
  readonly index: number;
  readonly maxValueBytes: number;
  readonly affinity: Affinity;
}

export class CellContext {
  readonly field: Field;
  /** place of the column in the rows */
  readonly index: number;
  readonly maxValueBytes: number;
  /** only big integers are INTEGERs: the column keeps integral REALs, and pages are read with big integers for it */
  readonly strict: boolean;
  readonly nulls: NullMask = new NullMask(1024);

  constructor({ field, index, maxValueBytes, affinity }: CellSettings) {
    this.field = field;
    this.index = index;
    this.maxValueBytes = maxValueBytes;
    const { kind } = field.type;
    this.strict = (kind === "int" || kind === "bool") && affinity !== "integer" && affinity !== "numeric";
  }

  isInteger(value: SqlValue): value is number | bigint {
    return this.strict ? typeof value === "bigint" : isInteger(value);
  }

  /** Takes down a NULL: as a fault when the column must not hold one. */
  null(row: number, request: DecodeRequest): void {
    this.nulls.setNull(row);
    if (!this.field.nullable) this.fault(row, request, "null", "NULL in a column that is declared NOT NULL");
  }

  fault(row: number, request: DecodeRequest, rule: string, message: string): void {
    request.faults.add({ row, column: this.field.name, rule, message });
  }

  wrongClass(row: number, request: DecodeRequest, value: SqlValue): void {
    const declared = formatLogicalType(this.field.type);
    this.fault(row, request, "storage_class", `${this.#classOf(value)} where ${declared} is declared`);
  }

  #classOf(value: SqlValue): string {
    return this.strict && typeof value === "number" ? "REAL" : storageClassOf(value);
  }

  outOfRange(row: number, request: DecodeRequest): void {
    this.fault(row, request, "range", `out of the range of ${formatLogicalType(this.field.type)}`);
  }
}

export interface ColumnDecoder {
  /** The column over the decoder's own buffers, valid until its next call. */
  decode(request: DecodeRequest): Column;
}
