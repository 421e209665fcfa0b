/** Holds the papers to the code: what they name is there. */
import { existsSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { filesBelow, productionFiles, readFile, ROOT } from "./source-files.ts";

const PAPERS = [
  "README.md",
  "ARCHITECTURE.md",
  "CONTRIBUTING.md",
  "CHANGELOG.md",
  ...filesBelow("docs", ".md"),
  ...filesBelow("examples", ".md"),
];

describe("the papers", () => {
  it.each(PAPERS)("%s is there", (path) => {
    expect(existsSync(join(ROOT, path))).toBe(true);
  });

  it("link only to what is there, heading included", () => {
    expect(PAPERS.flatMap(brokenLinks)).toEqual([]);
  });

  it("name only paths that are there", () => {
    expect(PAPERS.flatMap(missingPaths)).toEqual([]);
  });

  it("name only scripts that package.json has", () => {
    const { scripts }: { scripts: Record<string, string> } = JSON.parse(readFile("package.json"));
    const named = PAPERS.flatMap((path) =>
      matches(readFile(path), /\bnpm run ([\w:-]+)/g).map((name) => ({ path, name })),
    );
    expect(named.filter(({ name }) => !Object.hasOwn(scripts, name))).toEqual([]);
    expect(named.length).toBeGreaterThan(3);
  });

  it("speak without marks of unfinished work", () => {
    expect(PAPERS.filter((path) => /\b(TODO|FIXME|TBD)\b/.test(readFile(path)))).toEqual([]);
  });
});

describe("ARCHITECTURE.md", () => {
  it("is a map, not a book", () => {
    expect(readFile("ARCHITECTURE.md").split("\n").length).toBeLessThan(250);
  });

  it("names every room of src", () => {
    const rooms = new Set(filesBelow("src", ".ts").map((path) => path.split("/")[1] ?? ""));
    const named = readFile("ARCHITECTURE.md");
    expect(
      [...rooms].filter((room) => !room.endsWith(".ts") && !new RegExp(`\\b${room}/`).test(named)),
    ).toEqual([]);
  });
});

describe("README.md", () => {
  it("names the test command that .ci/run calls", () => {
    const [, develop = ""] = readFile("README.md").split("## Develop");
    expect(matches(develop, /^(npm ci|npm test)\b/gm)).toEqual(["npm ci", "npm test"]);
    expect(readFile(".ci/run")).toMatch(/^npm ci$/m);
    expect(readFile(".ci/run")).toMatch(/^npm test /m);
    expect(readFile(".github/workflows/ci.yml")).toMatch(/run: \.ci\/run$/m);
  });
});

describe("docs/guides/crash-safety.md", () => {
  it("lists every fault point of the code, and no other", () => {
    const inCode = productionFiles().flatMap(({ text }) => matches(text, /\bfaultPoint\("([\w.]+)"\)/g));
    const [, listed = ""] = readFile("docs/guides/crash-safety.md").split("## Fault points");
    const inGuide = matches(listed, /`([a-z]\w*\.[a-z]\w*)`/gi);
    expect(inGuide.toSorted()).toEqual([...new Set(inCode)].toSorted());
    expect(inGuide.length).toBeGreaterThan(10);
  });
});

describe("docs/adr", () => {
  const records = filesBelow("docs/adr", ".md").filter((path) => !path.endsWith("/README.md"));

  it("numbers its records without a gap", () => {
    const numbers = records.map((path) => Number(/\/(\d{4})-[a-z0-9-]+\.md$/.exec(path)?.[1]));
    expect(numbers).toEqual(numbers.map((_, index) => index + 1));
    expect(numbers.length).toBeGreaterThan(10);
  });

  it.each(records)("%s has a title, status, context, decision and consequences, on a page", (path) => {
    const text = readFile(path);
    expect(matches(text, /^(#+ .*)$/gm).map((heading) => heading.replace(/^# .*/, "# title"))).toEqual([
      "# title",
      "## Status",
      "## Context",
      "## Decision",
      "## Consequences",
    ]);
    expect(text.split("\n").length).toBeLessThan(90);
  });

  it("lists each record in its index, under its own title", () => {
    const index = readFile("docs/adr/README.md");
    for (const path of records) {
      const title = /^# \d+\. (.*)$/m.exec(readFile(path))?.[1] ?? "a title as '# N. …'";
      expect(index).toContain(`[${title}](${path.slice("docs/adr/".length)})`);
    }
  });
});

/** The nouns of the design, one meaning each. */
const NOUNS =
  "ledger, entity, position, version, frontier, projection, evidence, pipeline, run, batch, chunk, attempt, checkpoint, \
quarantine, dead letter, journal, saga, program, command, effect, timer, outbox, tenant, actor, policy";
/** Words of the code that the design does not define. */
const TERMS =
  "tidemark, lease, part, manifest, staging, strategy, profile, bounds, column batch, sealed plan, fencing token, root run, \
write mode, watermark, durable, snapshot, idempotency key";

describe("docs/glossary.md", () => {
  const defined = new Set(matches(readFile("docs/glossary.md"), /^\| \*\*([^*]+)\*\* \|/gm));

  it.each(NOUNS.split(", "))("defines the noun %s", (noun) => {
    expect(defined).toContain(noun);
  });

  it.each(TERMS.split(", "))("defines the term %s", (term) => {
    expect(defined).toContain(term);
  });

  it("is in alphabetical order, each word once", () => {
    const words = matches(readFile("docs/glossary.md"), /^\| \*\*([^*]+)\*\* \|/gm);
    expect(words).toEqual([...new Set(words)].toSorted((left, right) => left.localeCompare(right)));
  });
});

function matches(text: string, pattern: RegExp): readonly string[] {
  return [...text.matchAll(pattern)].map(([, first = ""]) => first);
}

function brokenLinks(path: string): readonly string[] {
  const links = matches(withoutCode(readFile(path)), /\]\(([^)\s]+)\)/g).filter(
    (link) => !/^[a-z]+:/.test(link),
  );
  return links.filter((link) => !resolvesFrom(path, link)).map((link) => `${path}: ${link}`);
}

function resolvesFrom(path: string, link: string): boolean {
  const [target = "", anchor] = link.split("#");
  const file = target === "" ? path : join(dirname(path), target);
  if (!existsSync(join(ROOT, file))) return false;
  if (anchor === undefined) return true;
  return statSync(join(ROOT, file)).isFile() && slugs(readFile(file)).includes(anchor);
}

function slugs(markdown: string): readonly string[] {
  const headings = matches(withoutCode(markdown), /^#+ (.*)$/gm);
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

function withoutCode(markdown: string): string {
  return markdown.replaceAll(/^```.*?^```/gms, "");
}

const PATH = /`((?:src|docs|test|bench|examples|bin|\.ci|\.github)\/[^`\s]*)`/g;

/** Patterns and placeholders (`*`, `<`, `{`, `…`) are checked as far as the folder before them. */
function missingPaths(path: string): readonly string[] {
  const named = matches(readFile(path), PATH).map((name) => name.replace(/(?<=\/)[^/]*[*<{…].*$/, ""));
  return named.filter((name) => !existsSync(join(ROOT, name))).map((name) => `${path}: ${name}`);
}
