/** Holds the package to what it promises: its entries are built, it publishes what it needs and no more, its lock is clean. */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { describe, expect, it } from "vitest";
import { readFile, ROOT } from "./source-files.ts";

type Versions = Readonly<Record<string, string>>;

interface Manifest {
  readonly version: string;
  readonly dependencies: Versions;
  readonly devDependencies: Versions;
  readonly exports: Readonly<Record<string, string | { readonly types: string; readonly default: string }>>;
}

const manifest: Manifest = JSON.parse(readFile("package.json"));

describe("the built package", () => {
  it("has what each of its entries names", () => {
    const named = Object.values(manifest.exports).flatMap((entry) =>
      typeof entry === "string" ? [entry] : [entry.types, entry.default],
    );
    const missing = named.filter((path) => !existsSync(join(ROOT, path)));
    expect(missing, "build first: npm run build").toEqual([]);
  });

  it("gives publint nothing to say", async () => {
    const { messages } = await publint({ pkgDir: ROOT, pack: false, strict: true });
    expect(messages.map((message) => formatMessage(message, manifest, { color: false }))).toEqual([]);
  });

  it("publishes the program, its licence and its papers, and neither sources nor tests", () => {
    const packed = packedFiles();
    expect(packed).toEqual(
      expect.arrayContaining(["LICENSE", "README.md", "CHANGELOG.md", "bin/tidemark.js"]),
    );
    expect(packed).toEqual(expect.arrayContaining(["dist/index.js", "dist/index.d.ts", "dist/cli/main.js"]));
    expect(
      packed.filter((path) => /(^(src|test|bench|examples)\/|\.test\.|\.tsbuildinfo$)/.test(path)),
    ).toEqual([]);
  });
});

describe("package-lock.json", () => {
  const text = readFile("package-lock.json");
  const { packages }: { packages: Readonly<Record<string, Partial<Manifest>>> } = JSON.parse(text);

  it("holds no download address, so that any registry serves it", () => {
    expect(text).not.toMatch(/"resolved"/);
    expect(text).not.toMatch(/https?:[^"]*\.tgz/);
  });

  it("is of this package.json: npm ci refuses another", () => {
    expect(packages[""]?.dependencies).toEqual(manifest.dependencies);
    expect(packages[""]?.devDependencies).toEqual(manifest.devDependencies);
    for (const [name, version] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })) {
      expect([name, packages[`node_modules/${name}`]?.version]).toEqual([name, version]);
    }
  });

  it("is pinned: every dependency has one exact version", () => {
    const wanted = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies });
    expect(wanted.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([]);
  });
});

function packedFiles(): readonly string[] {
  const answer = execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
    cwd: ROOT,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [packed]: { files: { path: string }[] }[] = JSON.parse(answer);
  return (packed?.files ?? []).map(({ path }) => path);
}
