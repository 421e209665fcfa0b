/** Reads the import graph below `root`/src, without tests, and holds it against the layer rules. */
import { cruise, type ICruiseResult } from "dependency-cruiser";
import { LAYER_RULES } from "./layer-rules.ts";

export interface Cruise {
  readonly moduleCount: number;
  /** `rule: from -> to`, sorted */
  readonly violations: readonly string[];
}

export async function cruiseLayers(root: string): Promise<Cruise> {
  const { output } = await cruise(
    ["src"],
    {
      baseDir: root,
      validate: true,
      ruleSet: { forbidden: [...LAYER_RULES] },
      tsPreCompilationDeps: true,
      doNotFollow: { path: "node_modules" },
      exclude: { path: "[.]test[.]ts$" },
    },
    { extensions: [".ts", ".js"] },
  );
  if (typeof output === "string") throw new Error(`a report in place of a graph: ${output}`);
  return { moduleCount: countModules(output), violations: describeViolations(output) };
}

function countModules({ modules }: ICruiseResult): number {
  return modules.filter(({ source }) => source.startsWith("src/")).length;
}

function describeViolations({ summary }: ICruiseResult): string[] {
  return summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`).toSorted();
}
