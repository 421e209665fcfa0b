/**
 * Who may import whom in `src/` (ARCHITECTURE.md, the rooms): one row a layer, everything not named is forbidden. A layer may always
 * import itself. Patterns are regular expressions on paths; `$1` is what the row's own pattern caught, so that one adapter
 * may not import its neighbour.
 */
import type { IForbiddenRuleType } from "dependency-cruiser";

interface Layer {
  readonly name: string;
  readonly path: string;
  /** part of `path` that belongs to another row */
  readonly pathNot?: string;
  readonly own: string;
  readonly mayImport: readonly string[];
}

const CORE = "^src/core/";
const LEDGER = "^src/ledger/";
const COLUMNS = "^src/columns/";
const FORMATS = "^src/formats/";
const STORAGE_PORT = "^src/storage/[^/]+[.]ts$";
const CONNECTOR_PORTS = "^src/connectors/[^/]+[.]ts$";
const DEFINITION = "^src/pipeline/definition[.]ts$";
const PIPELINE = "^src/pipeline/";
const CONFIGURATION = "^src/configuration/";
const OPERATIONS = "^src/operations/";
const RUNTIME = "^src/runtime/";
const CLI = "^src/cli/";
const STORAGE_ADAPTER = "^src/storage/([^/]+)/";
const CONNECTOR_ADAPTER = "^src/connectors/([^/]+)/";
/** What the command line prints: it may name the types of these rooms and call nothing in them (rule `cli-calls-operations`). */
const NAMED_BY_CLI = [LEDGER, STORAGE_PORT, CONNECTOR_PORTS, PIPELINE];

const LAYERS: readonly Layer[] = [
  { name: "core", path: CORE, own: CORE, mayImport: [] },
  { name: "ledger", path: LEDGER, own: LEDGER, mayImport: [CORE] },
  { name: "columns", path: COLUMNS, own: COLUMNS, mayImport: [CORE] },
  { name: "formats", path: FORMATS, own: FORMATS, mayImport: [CORE, COLUMNS] },
  { name: "storage-port", path: STORAGE_PORT, own: STORAGE_PORT, mayImport: [CORE, LEDGER] },
  {
    name: "connector-ports",
    path: CONNECTOR_PORTS,
    own: CONNECTOR_PORTS,
    mayImport: [CORE, COLUMNS, DEFINITION],
  },
  {
    name: "storage-adapter",
    path: STORAGE_ADAPTER,
    own: "^src/storage/$1/",
    mayImport: [CORE, LEDGER, COLUMNS, FORMATS, STORAGE_PORT, DEFINITION],
  },
  {
    name: "connector-adapter",
    path: CONNECTOR_ADAPTER,
    own: "^src/connectors/$1/",
    mayImport: [CORE, LEDGER, COLUMNS, FORMATS, CONNECTOR_PORTS, DEFINITION],
  },
  { name: "definition", path: DEFINITION, own: DEFINITION, mayImport: [CORE, COLUMNS, CONNECTOR_PORTS] },
  {
    name: "pipeline",
    path: PIPELINE,
    pathNot: DEFINITION,
    own: PIPELINE,
    mayImport: [CORE, LEDGER, COLUMNS, FORMATS, STORAGE_PORT, CONNECTOR_PORTS],
  },
  {
    name: "configuration",
    path: CONFIGURATION,
    own: CONFIGURATION,
    mayImport: [CORE, COLUMNS, STORAGE_PORT, CONNECTOR_PORTS, DEFINITION],
  },
  {
    name: "operations",
    path: OPERATIONS,
    own: OPERATIONS,
    mayImport: [CORE, LEDGER, COLUMNS, FORMATS, STORAGE_PORT, CONNECTOR_PORTS, PIPELINE, CONFIGURATION],
  },
  { name: "runtime", path: RUNTIME, own: RUNTIME, mayImport: ["^src/(?!cli/|testing/)"] },
  {
    name: "cli",
    path: CLI,
    own: CLI,
    mayImport: [CORE, COLUMNS, CONFIGURATION, OPERATIONS, RUNTIME, ...NAMED_BY_CLI],
  },
  { name: "testing", path: "^src/testing/", own: "^src/testing/", mayImport: ["^src/(?!cli/|runtime/)"] },
  { name: "entry", path: "^src/index[.]ts$", own: "^src/index[.]ts$", mayImport: ["^src/(?!cli/|testing/)"] },
];

/** A package that one room alone may import: elsewhere it would become a second way to do the same. */
const DRIVERS: readonly { readonly name: string; readonly module: string; readonly rooms: string }[] = [
  { name: "sqlite", module: "^(node:)?sqlite$", rooms: "^src/(connectors|storage)/sqlite/" },
  { name: "hyparquet", module: "node_modules/hyparquet/", rooms: "^src/formats/parquet/" },
  { name: "yaml", module: "node_modules/yaml/", rooms: CONFIGURATION },
  { name: "commander", module: "node_modules/commander/", rooms: CLI },
];

export const LAYER_RULES: readonly IForbiddenRuleType[] = [
  ...LAYERS.map(
    ({ name, path, pathNot, own, mayImport }): IForbiddenRuleType => ({
      name: `layer-${name}`,
      severity: "error",
      from: pathNot === undefined ? { path } : { path, pathNot },
      to: { path: "^src/", pathNot: [own, ...mayImport] },
    }),
  ),
  ...DRIVERS.map(
    ({ name, module, rooms }): IForbiddenRuleType => ({
      name: `driver-${name}`,
      severity: "error",
      from: { path: "^src/", pathNot: rooms },
      to: { path: module },
    }),
  ),
  {
    name: "definition-is-data",
    severity: "error",
    comment: "adapters and ports know the definition's types, never code of the engine",
    from: { path: [STORAGE_ADAPTER, CONNECTOR_ADAPTER, CONNECTOR_PORTS] },
    to: { path: DEFINITION, dependencyTypesNot: ["type-only"] },
  },
  {
    name: "cli-calls-operations",
    severity: "error",
    from: { path: CLI },
    to: { path: NAMED_BY_CLI, dependencyTypesNot: ["type-only"] },
  },
  {
    name: "no-cycle",
    severity: "error",
    comment: "types may name one another, as they are gone when the code runs",
    from: { path: "^src/" },
    to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
  },
  {
    name: "every-file-in-a-room",
    severity: "error",
    comment: "a new room of src/ needs a row in this table",
    from: {},
    to: { path: "^src/", pathNot: LAYERS.map(({ path }) => path) },
  },
  {
    name: "no-dev-dependency",
    severity: "error",
    comment: "what is published runs without the development dependencies",
    from: { path: "^src/", pathNot: "^src/testing/" },
    to: { dependencyTypes: ["npm-dev"], dependencyTypesNot: ["type-only"] },
  },
  { name: "resolves", severity: "error", from: { path: "^src/" }, to: { couldNotResolve: true } },
];
