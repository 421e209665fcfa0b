/** The files of the repository as the meta tests see them: paths relative to its root, with forward slashes. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT: string = fileURLToPath(new URL("../../", import.meta.url));

export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** Every TypeScript file below `folders`, sorted by path; folders that are not there have none. */
export function sourceFiles(...folders: readonly string[]): readonly SourceFile[] {
  return folders
    .flatMap((folder) => filesBelow(folder, ".ts"))
    .map((path) => ({ path, text: readFile(path) }));
}

/** What does the work: `src` without its tests and the contract suites that are published for others' adapters. */
export function productionFiles(): readonly SourceFile[] {
  return sourceFiles("src").filter(({ path }) => !isTest(path));
}

/** Every test and suite, beside the source or in `test`; without this folder, which speaks about code and does not use it. */
export function testFiles(): readonly SourceFile[] {
  return [...sourceFiles("src").filter(({ path }) => isTest(path)), ...sourceFiles("test")].filter(
    ({ path }) => !path.startsWith("test/meta/"),
  );
}

export function filesBelow(folder: string, ending: string): readonly string[] {
  try {
    return readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(ending))
      .map((name) => `${folder}/${name.replaceAll("\\", "/")}`)
      .toSorted();
  } catch {
    return [];
  }
}

export function readFile(path: string): string {
  return readFileSync(join(ROOT, path), "utf8");
}

function isTest(path: string): boolean {
  return /[.](test|suite)[.]ts$/.test(path);
}
