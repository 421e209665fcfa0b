/** How a source is cut: what the definition demands, or what its key and size suggest; with the numbers that decided. */
import type { DatabaseSync } from "node:sqlite";
import { TidemarkError } from "../../../core/errors.ts";
import type { SqliteSourceDefinition } from "../../../pipeline/definition.ts";
import { measureTable } from "./count-rows.ts";
import { cutWayOf } from "./cut-keyset.ts";
import { isRangeType } from "./cut-range.ts";
import type { PageKey } from "./page-key.ts";
import type { SourceShape } from "./source-shape.ts";

export interface Strategy {
  readonly name: "snapshot" | "keyset" | "range";
  readonly why: string;
  readonly rowsEstimate: number | undefined;
  /** the cutting rule in short, for the plan's hash */
  readonly rule: string;
}

export interface StrategyRequest {
  readonly database: DatabaseSync;
  readonly definition: SqliteSourceDefinition;
  readonly shape: SourceShape;
}

export function chooseStrategy(request: StrategyRequest): Strategy {
  const { definition } = request;
  if (definition.mode === "snapshot")
    return { name: "snapshot", why: "asked for: one read", rowsEstimate: undefined, rule: "all rows" };
  return definition.mode === "range" ? chooseRange(request) : chooseByKey(request);
}

function chooseRange({ definition, shape }: StrategyRequest): Strategy {
  const column = definition.rangeColumn;
  const refuse = (reason: string): TidemarkError =>
    new TidemarkError("SOURCE_BAD_KEY", { where: shape.label, columns: column ?? "", reason });
  if (column === undefined) throw refuse("mode range needs rangeColumn, an integer or date column");
  const kind = shape.columns.find(({ field }) => field.name === column)?.field.type.kind ?? "";
  if (!isRangeType(kind)) throw refuse(`mode range needs an integer or date column, this one is ${kind}`);
  const why = `asked for: windows of ${column} of about ${definition.chunkRows} rows`;
  return {
    name: "range",
    why,
    rowsEstimate: undefined,
    rule: "windows counted in one pass, sparse ones joined",
  };
}

function chooseByKey(request: StrategyRequest): Strategy {
  const { database, definition, shape } = request;
  const { key, table } = shape;
  if (key === undefined || table === undefined) {
    if (definition.mode === "keyset") {
      const reason = "only tables have a key to walk by, not views or queries";
      throw new TidemarkError("SOURCE_BAD_KEY", { where: shape.label, columns: "", reason });
    }
    return {
      name: "snapshot",
      why: "views and queries are one read",
      rowsEstimate: undefined,
      rule: "all rows",
    };
  }
  const size = measureTable(database, table, definition.chunkRows);
  const filtered = shape.where !== "";
  const rowsEstimate = filtered ? undefined : size.rows;
  if (definition.mode === undefined && size.exact && size.rows <= definition.chunkRows) {
    const why = `one read: ${size.rows} rows fit into a chunk of ${definition.chunkRows}`;
    return { name: "snapshot", why, rowsEstimate, rule: "all rows" };
  }
  const way = WAYS[cutWayOf(table, key, size)];
  const chunks = Math.max(1, Math.ceil(size.rows / definition.chunkRows));
  const amount = `${size.exact ? "" : "about "}${size.rows} rows${filtered ? " before the condition" : ""}`;
  const why = `${amount} in ${chunks} ranges of ${describeKey(key)}; ${way}`;
  return { name: "keyset", why, rowsEstimate, rule: way };
}

const WAYS = {
  interpolate: "bounds interpolated from where its values lie",
  sample: "bounds sampled at random rowids",
  count: "bounds counted off in one pass over the key, as its values cannot be interpolated",
} as const;

function describeKey(key: PageKey): string {
  const columns = key.columns.join(", ");
  switch (key.origin) {
    case "rowid":
      return `${columns} (the table's own order)`;
    case "hidden":
      return "the rowid, as no key is unique and NOT NULL";
    case "primary":
      return `(${columns}), the primary key`;
    case "unique":
      return `(${columns}), a unique index over NOT NULL columns`;
  }
}
