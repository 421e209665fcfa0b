/** What a newcomer gets wrong in the first minutes, and what the command line answers: what, where, and the next step. */
import { expect, it } from "vitest";
import { tempProject } from "../support/temp-project.ts";

const CONFIG = `project: first
connections:
  data: { type: files, path: . }
pipelines:
  orders:
    source: { from: data, path: rows.csv }
    sink: { to: data, path: out, format: ndjson }
`;

it("a pipeline that does not exist is CONFIG_UNKNOWN_PIPELINE, with what comes near", async () => {
  using project = tempProject(CONFIG);
  const { code, stdout } = await project.cli(["run", "ordres", "--json"]);
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: "CONFIG_UNKNOWN_PIPELINE" } });
  expect(stdout).toContain("did you mean 'orders'?");
});

it("an unknown key is CONFIG_UNKNOWN_KEY with its place", async () => {
  using project = tempProject(CONFIG.replace("path: out,", "pth: out,"));
  const { code, stdout } = await project.cli(["check", "--json"]);
  expect(code).toBe(1);
  expect(stdout).toContain("CONFIG_UNKNOWN_KEY");
  expect(stdout).toMatch(/tidemark\.yaml:7:\d+/);
  expect(stdout).toContain("did you mean 'path'?");
});

it("validating what was never published is VALIDATE_NOTHING and names resume", async () => {
  using project = tempProject(CONFIG);
  project.write("rows.csv", "id\n1\n");
  const killed = await project.cli(["run"], { env: { TIDEMARK_FAULT: "run.beforeFinalizing" } });
  expect(killed.signal).toBe("SIGKILL");
  const { code, stdout } = await project.cli(["validate", "orders", "--json"]);
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: "VALIDATE_NOTHING" } });
  expect(stdout).toContain("tidemark resume orders");
});

it("init into a folder that can not be written is CONFIG_UNWRITABLE and offers --stdout", async () => {
  using project = tempProject();
  // Root writes anywhere, but nobody below a file.
  project.write("file", "x");
  const { code, stdout } = await project.cli([
    "-c",
    "file/tidemark.yaml",
    "init",
    "--source",
    project.folder,
    "--json",
  ]);
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: "CONFIG_UNWRITABLE" } });
  expect(stdout).toContain("--stdout");
});

it("onError: fail names row, column and rule (RUN_BAD_ROW), and the value only as the cause (RUN_ROW_REFUSED)", async () => {
  const strict = CONFIG.replace(
    "    sink:",
    "    transform: [{ cast: { id: int64 } }]\n    onError: { action: fail }\n    sink:",
  );
  using project = tempProject(strict);
  project.write("rows.csv", "id\n1\nx\n");
  const { code, stdout } = await project.cli(["run", "--json"]);
  expect(code).toBe(3);
  const { error } = JSON.parse(stdout) as { error: { code: string; message: string; causes: string[] } };
  expect(error.code).toBe("RUN_BAD_ROW");
  expect(error.message).toMatch(/row 1, column id: refused by rule type/);
  expect(error.causes).toHaveLength(1);
});
