/** The files source: which files, which columns, how they are cut and read. */
import { mkdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parseLogicalType } from "../../src/columns/logical-type.ts";
import { openFilesReader } from "../../src/connectors/files/source/open-files-reader.ts";
import { openFilesSource } from "../../src/connectors/files/source/open-files-source.ts";
import { CsvWriter } from "../../src/formats/csv/csv-writer.ts";
import { DataFolder, definitionOf, readFolder, refusal } from "./files-source-harness.ts";
import { encodeFile } from "./parquet-encode-readers.ts";
import { batchesOf, columnOf, tableOfAllTypes } from "./parquet-encode-tables.ts";

describe("which files", () => {
  test("a glob matches folders deep, sorted, without hidden, underscored and non-files", async () => {
    using folder = new DataFolder()
      .write("b/2.csv", "x\nb2\n")
      .write("b/1.csv", "x\nb1\n")
      .write("a.csv", "x\na\n")
      .write(".hidden.csv", "x\nno\n")
      .write("_manifest.csv", "x\nno\n")
      .write("_staging/3.csv", "x\nno\n")
      .write("c.txt", "no");
    mkdirSync(folder.path("d.csv"));
    const { rows, chunkCount, plan } = await readFolder(folder, "**/*.csv");
    expect(rows).toEqual([["a"], ["b1"], ["b2"]]);
    expect(chunkCount).toBe(3);
    expect(plan.strategy).toBe("files");
    expect(plan.readersMax).toBe(3);
    expect((await readFolder(folder, "_manifest.csv")).rows).toEqual([["no"]]);
  });

  test("no match, a missing file and a folder say so and help", async () => {
    using folder = new DataFolder().write("orders.csv", "x\n1\n");
    mkdirSync(folder.path("more.csv"));
    expect(await refusal(readFolder(folder, "*.parquet"))).toMatch(
      /^SOURCE_NOT_FOUND: file matching '\*\.parquet' does not exist in /,
    );
    expect(await refusal(readFolder(folder, "order.csv"))).toMatch(
      /^SOURCE_NOT_FOUND: .*did you mean 'orders\.csv'\?/,
    );
    expect(await refusal(readFolder(folder, "more.csv"))).toMatch(
      /^SOURCE_UNREADABLE: .*is a folder; write more\.csv\/\*/,
    );
  });
});

describe("columns", () => {
  test("all CSV cells are text unless declared; a declared column that is not there is an error", async () => {
    using folder = new DataFolder().write("a.csv", 'id,when,note\n1,2024-01-01,""\n2,,\n');
    const plain = await readFolder(folder, "a.csv");
    expect(plain.rows).toEqual([
      ["1", "2024-01-01", ""],
      ["2", null, null],
    ]);
    const typed = await readFolder(folder, "a.csv", { columns: { id: "int64!", when: "date" } });
    expect(typed.description.columns.map(({ field }) => [field.type.kind, field.nullable])).toEqual([
      ["int", false],
      ["date", true],
      ["text", true],
    ]);
    expect(await refusal(readFolder(folder, "a.csv", { columns: { wen: "date" } }))).toMatch(
      /^SOURCE_NO_COLUMN: a\.csv has no column 'wen', did you mean 'when'\?/,
    );
  });

  test("only the columns asked for are read, in that order of the source", async () => {
    using folder = new DataFolder()
      .write("a.csv", "a,b,c\n1,2,3\n")
      .write("a.ndjson", '{"a":1,"b":{"x":1},"c":3}\n');
    expect((await readFolder(folder, "a.csv", { select: ["c", "a"] })).rows).toEqual([["1", "3"]]);
    expect((await readFolder(folder, "a.ndjson", { select: ["c"] })).rows).toEqual([["3"]]);
  });

  test("CSV settings: another delimiter, no header, a text for NULL", async () => {
    using folder = new DataFolder().write("a.csv", 'x;NA;"NA"\n1;;""\n');
    const csv = { header: false, delimiter: ";", nullText: "NA" };
    const unnamed = await readFolder(folder, "a.csv", { csv });
    expect(unnamed.description.columns.map(({ field }) => field.name)).toEqual([
      "column1",
      "column2",
      "column3",
    ]);
    expect(unnamed.rows).toEqual([
      ["x", null, "NA"],
      ["1", null, ""],
    ]);
    const named = await readFolder(folder, "a.csv", { csv, columns: { p: "text", q: "text", r: "text" } });
    expect(named.description.columns.map(({ field }) => field.name)).toEqual(["p", "q", "r"]);
  });

  test("line ends, embedded newlines, doubled quotes and a missing last line end", async () => {
    using folder = new DataFolder().write("a.csv", 'a,b\r\n"1\r\n1","say ""hi"""\r\n\r\n2,lone\rcr\n3,last');
    expect((await readFolder(folder, "a.csv")).rows).toEqual([
      ["1\r\n1", 'say "hi"'],
      ["2", "lone\rcr"],
      ["3", "last"],
    ]);
    folder.write("one.csv", 'x\n1\n\n""\n');
    expect((await readFolder(folder, "one.csv")).rows).toEqual([["1"], [null], [""]]);
  });

  test("NDJSON columns are guessed from the first lines of all files", async () => {
    using folder = new DataFolder()
      .write("a.ndjson", '{"i":1,"f":1,"s":"x","b":true,"mixed":1,"o":{"k":[1, 2]}}\n')
      .write("b.ndjson", '{"f":0.5,"mixed":"y","none":null}\n');
    const { description, rows } = await readFolder(folder, "*.ndjson");
    expect(description.columns.map(({ field }) => `${field.name} ${field.type.kind}`)).toEqual([
      "i int",
      "f float",
      "s text",
      "b bool",
      "mixed text",
      "o json",
      "none text",
    ]);
    expect(rows).toEqual([
      ["1", "1", "x", "true", "1", '{"k":[1, 2]}', null],
      [null, "0.5", null, null, "y", null, null],
    ]);
  });

  test("NDJSON strings come without their escapes, keys are matched by meaning", async () => {
    using folder = new DataFolder().write(
      "a.ndjson",
      '{"k":"\\u00fc\\n\\ud83d\\ude00\\"\\/"}\n{ "\\u006b" : "tab\\t" }\n',
    );
    expect((await readFolder(folder, "a.ndjson")).rows).toEqual([['ü\n😀"/'], ["tab\t"]]);
  });

  test("a Parquet column keeps its type unless another is declared that it casts to", async () => {
    const field = { name: "n", type: parseLogicalType("int64"), nullable: false };
    const batch = { fields: [field], columns: [columnOf(field, [1n, 3_000_000_000n, 3n])], rowCount: 3 };
    using folder = new DataFolder().write(
      "a.parquet",
      encodeFile([batch], { fields: [field], compression: "none" }),
    );
    expect((await readFolder(folder, "a.parquet")).rows).toEqual([["1"], ["3000000000"], ["3"]]);
    const narrow = await readFolder(folder, "a.parquet", { columns: { n: "int32!" } });
    expect(narrow.rows).toEqual([["1"], ["3"]]);
    expect(narrow.failures.map(({ row, column, rule }) => [row, column, rule])).toEqual([[1, "n", "range"]]);
    expect(await refusal(readFolder(folder, "a.parquet", { columns: { n: "uuid" } }))).toMatch(
      /^SOURCE_BAD_TYPE: a\.parquet: column n is int64, which cannot be read as uuid/,
    );
  });
});

describe("cutting", () => {
  const table = tableOfAllTypes(3000, 9, "many");

  test("Parquet is cut by row groups, whose rows are the file's in order", async () => {
    const bytes = encodeFile(batchesOf(table), {
      fields: table.fields,
      compression: "zstd",
      rowGroupBytes: 64 * 1024,
    });
    using folder = new DataFolder().write("a.parquet", bytes).write("b.parquet", bytes);
    const both = await readFolder(folder, "*.parquet");
    const one = await readFolder(folder, "a.parquet");
    expect(one.plan.strategy).toBe("rowGroups");
    expect(one.chunkCount).toBeGreaterThan(3);
    expect(both.chunkCount).toBe(one.chunkCount * 2);
    expect(one.plan.rowsEstimate).toBe(3000);
    expect(both.rows).toEqual([...one.rows, ...one.rows]);
  });

  test("a Parquet file without rows is one chunk without rows", async () => {
    const { fields } = table;
    using folder = new DataFolder().write("a.parquet", encodeFile([], { fields, compression: "none" }));
    const { rows, chunkCount, description } = await readFolder(folder, "a.parquet");
    expect([rows, chunkCount, description.columns.length]).toEqual([[], 1, fields.length]);
  });

  test("batches are bounded however large the file is, and their bytes add up to it", async () => {
    const lines = Array.from({ length: 60_000 }, (_, index) => `${index},${"x".repeat(30)}`);
    const content = `id,t\n${lines.join("\n")}\n`;
    using folder = new DataFolder().write("a.csv", content);
    const { rows, batchCount, bytesRead } = await readFolder(folder, "a.csv");
    expect(rows.length).toBe(60_000);
    expect(rows[59_999]?.[0]).toBe("59999");
    expect(batchCount).toBeGreaterThan(4);
    expect(bytesRead).toBe(content.length - "id,t\n".length);
  });

  test("an abort is heard between batches", async () => {
    using folder = new DataFolder().write("a.csv", `x\n${"1\n".repeat(100_000)}`);
    const definition = definitionOf(folder, "a.csv");
    const source = openFilesSource(definition);
    const fields = (await source.describe()).columns.map(({ field }) => field);
    const [bounds = {}] = await source.cut(await source.plan());
    const controller = new AbortController();
    const batches = openFilesReader(definition).read({
      bounds,
      fields,
      maxValueBytes: 1000,
      signal: controller.signal,
    });
    let count = 0;
    const reading = (async () => {
      for await (const _ of batches) {
        count += 1;
        controller.abort();
      }
    })();
    await expect(reading).rejects.toThrow(/abort/i);
    expect(count).toBe(1);
  });

  test("the snapshot is the list of files: the same list has the same id", async () => {
    using folder = new DataFolder().write("a.csv", "x\n1\n");
    const idOf = async (): Promise<string> => {
      const begun: string[] = [];
      const { id } = await openFilesSource(definitionOf(folder, "*.csv")).shareSnapshot(async (snapshot) => {
        begun.push(snapshot.id);
      });
      expect(begun).toEqual([id]);
      return id;
    };
    const before = await idOf();
    expect(await idOf()).toBe(before);
    folder.write("b.csv", "x\n2\n");
    expect(await idOf()).not.toBe(before);
  });

  test("the cutting rule names pattern and declared types, no files", async () => {
    using folder = new DataFolder().write("a.csv", "x\n1\n");
    const { cutting } = await openFilesSource(
      definitionOf(folder, "*.csv", { columns: { x: "int8" } }),
    ).plan();
    expect(cutting).toEqual({
      demand: {
        pattern: "*.csv",
        format: "csv",
        columns: { x: { type: "int8", nullable: true } },
        csv: { header: true, delimiter: ",", nullText: null },
      },
    });
  });
});

test("CSV cells are quoted only where they must be", () => {
  const field = { name: 'say "x"', type: parseLogicalType("text"), nullable: true };
  const values = ["plain", "", null, "a,b", 'q"q', "l\nf", "c\rr", " s ", "\uFEFFbom"];
  const column = columnOf(
    field,
    values.map((value) => (value === null ? null : Buffer.from(value))),
  );
  const chunks: Buffer[] = [];
  const writer = new CsvWriter({ fields: [field], header: true, delimiter: "," }, (bytes) =>
    chunks.push(Buffer.from(bytes)),
  );
  writer.write({ fields: [field], columns: [column], rowCount: values.length });
  writer.finish();
  expect(Buffer.concat(chunks).toString()).toBe(
    '"say ""x"""\nplain\n""\n\n"a,b"\n"q""q"\n"l\nf"\n"c\rr"\n s \n"\uFEFFbom"\n',
  );
});
