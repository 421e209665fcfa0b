/** `onError`: a run that stops at the first bad row, one that stops at too many, one that sets them aside; and how each goes on. */
import { globSync, mkdirSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { duckValue } from "../support/duck.ts";
import { type TempProject, tempProject } from "../support/temp-project.ts";
import { expectBalanced, refusedRows, runJson, tidemark } from "./command-line.ts";

function config(onError: string): string {
  return `project: policy
connections:
  in: { type: files, path: ./in }
  lake: { type: files, path: ./lake }
pipelines:
  people:
    source: { from: in, path: "*.csv", columns: { id: int64 } }
    sink: { to: lake, path: people }
    readers: 1
    onError: ${onError}
`;
}

/** Three files of a hundred rows; each third row of the second one is bad. */
function peopleProject(onError: string): TempProject {
  const project = tempProject(config(onError));
  mkdirSync(project.path("in"));
  for (const file of [1, 2, 3]) {
    const isBad = (row: number): boolean => file === 2 && row % 3 === 0;
    const lines = Array.from(
      { length: 100 },
      (_, row) => `${isBad(row) ? "nonsense" : file * 1_000 + row},name ${row}`,
    );
    project.write(`in/${file}.csv`, `id,name\n${lines.join("\n")}\n`);
  }
  return project;
}

function publishedFiles(project: TempProject): string[] {
  return globSync("**/*.parquet", { cwd: project.path("lake") });
}

describe("action: fail", () => {
  it("ends with 3 at the first bad row and names row, column and rule; the journal does not hold the value", async () => {
    using project = peopleProject("{ action: fail }");
    const { code, stderr } = await tidemark(project, ["run"]);
    expect(code).toBe(3);
    expect(stderr).toMatch(/pipeline people: row 0, column id: refused by rule type/);
    expect(stderr).toMatch(/because: not an int64/);
    expect(stderr).toMatch(/RUN_BAD_ROW[\s\S]*next: mend the row, or let such rows go to quarantine/);
    expect(publishedFiles(project)).toEqual([]);
    const journal = await tidemark(project, ["journal", "people", "--json"]);
    expect(journal.stdout).toContain("RUN_BAD_ROW");
    expect(eventText(project)).not.toContain("nonsense");
    expect((await tidemark(project, ["status"])).stdout).toMatch(
      /failed.*1 of 3 chunks.*next: tidemark resume people/,
    );
    expect((await tidemark(project, ["resume"])).code, "the row is as bad as before").toBe(3);
    project.write("tidemark.yaml", config("{ action: quarantine, stopAfter: { share: 50% } }"));
    const resumed = await runJson(project, ["resume"]);
    expect(resumed.code, resumed.stderr).toBe(6);
    expectBalanced(resumed.of("people"));
    expect(resumed.of("people")).toMatchObject({ read: 300, written: 266, quarantined: 34 });
  });
});

describe("stopAfter", () => {
  it.each([
    ["a count", "{ stopAfter: { count: 10 } }", /34 of 200 rows were refused, more than 10 rows/],
    ["a share", "{ stopAfter: { share: 5% } }", /34 of 200 rows were refused, more than 5 %/],
    [
      "both",
      "{ stopAfter: { share: 5%, count: 10 } }",
      /34 of 200 rows were refused, more than 5 % and 10 rows/,
    ],
  ])(
    "%s: the run ends with 6 after the chunk that broke it, and nothing is visible",
    async (_name, policy, message) => {
      using project = peopleProject(policy);
      const { code, stderr } = await tidemark(project, ["run"]);
      expect(code).toBe(6);
      expect(stderr).toMatch(message);
      expect(stderr).toMatch(
        /RUN_TOO_MANY_QUARANTINED[\s\S]*next: look at the samples with: tidemark journal/,
      );
      expect(publishedFiles(project)).toEqual([]);
      expect(refusedRows(project, "people")).toHaveLength(34);
    },
  );

  it("stops resume as well until it is raised; then the run goes on from where it stood", async () => {
    using project = peopleProject("{ stopAfter: { count: 10 } }");
    expect((await tidemark(project, ["run"])).code).toBe(6);
    const again = await runJson(project, ["resume"]);
    expect(again.of("people").error?.code).toBe("RUN_TOO_MANY_QUARANTINED");
    expect(publishedFiles(project)).toEqual([]);
    project.write("tidemark.yaml", config("{ stopAfter: { count: 100 } }"));
    const resumed = await runJson(project, ["resume"]);
    expect(resumed.code).toBe(6);
    expect(resumed.stderr).toMatch(/resumed: 2 of 3 chunks are done/);
    expectBalanced(resumed.of("people"));
    expect(await duckValue(`SELECT count(*) FROM '${project.path("lake/people/*.parquet")}'`)).toBe("266");
  });

  it("both parts must be broken: many rows of a small share go on", async () => {
    using project = peopleProject("{ stopAfter: { share: 40%, count: 10 } }");
    const { code, stderr } = await tidemark(project, ["run"]);
    expect(code, stderr).toBe(6);
    expect(stderr).toMatch(/✓ 266 rows .* 34 quarantined/);
    expect(stderr).toMatch(
      /34 rows in quarantine: \.tidemark\/quarantine\/people\/\S+\n +rules and samples: tidemark journal/,
    );
  });
});

function eventText(project: TempProject): string {
  const ledger = new DatabaseSync(project.path(".tidemark/ledger.db"), { readOnly: true });
  const rows = ledger.prepare("SELECT * FROM events").all();
  ledger.close();
  return rows.flatMap((row) => Object.values(row).map(String)).join("\n");
}
