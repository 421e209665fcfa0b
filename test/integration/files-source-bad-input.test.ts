/** Bad input, each a clear error or a counted failure with its place; nothing is lost, nothing is silently wrong. */
import { spawnSync } from "node:child_process";
import { statSync, utimesSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { openFilesReader } from "../../src/connectors/files/source/open-files-reader.ts";
import { openFilesSource } from "../../src/connectors/files/source/open-files-source.ts";
import { parseLogicalType } from "../../src/columns/logical-type.ts";
import { DataFolder, definitionOf, readFolder, refusal } from "./files-source-harness.ts";
import { encodeFile } from "./parquet-encode-readers.ts";
import { columnOf } from "./parquet-encode-tables.ts";

const MIB = 1024 * 1024;

/** Failures as `row column rule`, with the line they name. */
function summary(failures: readonly { row: number; column: string | null; rule: string }[]): string[] {
  return failures.map(({ row, column, rule }) => `${row} ${column ?? "-"} ${rule}`);
}

describe("empty files", () => {
  test("an empty CSV file has no header", async () => {
    using folder = new DataFolder().write("a.csv", "");
    expect(await refusal(readFolder(folder, "a.csv"))).toMatch(
      /^FORMAT_CORRUPT: .*a\.csv: empty file: no header line$/,
    );
  });

  test("an empty file among others counts as no rows, with a warning", async () => {
    using folder = new DataFolder().write("a.csv", "").write("b.csv", "x\n1\n").write("c.csv", "\uFEFF");
    const { rows, plan, chunkCount } = await readFolder(folder, "*.csv");
    expect(rows).toEqual([["1"]]);
    expect(chunkCount).toBe(3);
    expect(plan.warnings.map(({ rule, message }) => `${rule}: ${message}`)).toEqual([
      "empty_file: a.csv is empty and counts as no rows",
      "empty_file: c.csv is empty and counts as no rows",
    ]);
  });

  test("a header alone is a table without rows", async () => {
    for (const header of ["id,name", "id,name\n", "id,name\r\n", '"id","name"\n']) {
      using folder = new DataFolder().write("a.csv", header);
      const { rows, failures, description } = await readFolder(folder, "a.csv");
      expect(description.columns.map(({ field }) => field.name)).toEqual(["id", "name"]);
      expect([rows, failures]).toEqual([[], []]);
    }
  });

  test("empty NDJSON needs declared columns, empty Parquet does not exist", async () => {
    using folder = new DataFolder().write("a.ndjson", "\n \n").write("a.parquet", "");
    expect(await refusal(readFolder(folder, "a.ndjson"))).toMatch(
      /^FORMAT_CORRUPT: .*no line to find columns in/,
    );
    expect((await readFolder(folder, "a.ndjson", { columns: { x: "int64" } })).rows).toEqual([]);
    expect(await refusal(readFolder(folder, "a.parquet"))).toMatch(/^FORMAT_CORRUPT: .*a\.parquet: is empty/);
  });
});

describe("CSV rows that do not fit", () => {
  test("ragged rows are refused one by one, with line, offset and bytes", async () => {
    using folder = new DataFolder().write("a.csv", 'a,b\n1,2\n3\n"4\n4",5,6\n7,8\n');
    const { rows, failures } = await readFolder(folder, "a.csv");
    expect(rows).toEqual([
      ["1", "2"],
      ["7", "8"],
    ]);
    expect(summary(failures)).toEqual(["1 - ragged", "2 - ragged"]);
    expect(failures[0]?.message).toBe("1 cells where the file has 2 columns");
    expect(failures.map(({ place }) => place)).toEqual([
      { file: "a.csv", offset: 8, length: 2, line: 3 },
      { file: "a.csv", offset: 10, length: 10, line: 4 },
    ]);
    expect(Buffer.from(failures[1]?.raw ?? []).toString()).toBe('"4\n4",5,6\n');
  });

  test("broken quotes are refused, their neighbours are not", async () => {
    using folder = new DataFolder().write("a.csv", 'a,b\n"x"y,1\nz"z,2\nfine,3\n4,"never closed\n5,6\n');
    const { rows, failures } = await readFolder(folder, "a.csv");
    expect(rows).toEqual([["fine", "3"]]);
    expect(summary(failures)).toEqual(["0 - syntax", "1 - syntax", "3 - syntax"]);
    expect(failures[2]?.message).toBe("a quote is opened and never closed");
    expect(failures[2]?.place).toEqual({ file: "a.csv", offset: 24, length: 20, line: 5 });
  });

  test("a quote that is never closed in a large file fails the file: what follows is not known to be one row", async () => {
    using folder = new DataFolder().write("a.csv", `a,b\n1,"${"x,y\n".repeat(2 * MIB)}`);
    const { code, text } = splitRefusal(await refusal(readFolder(folder, "a.csv", { maxValueBytes: MIB })));
    expect(code).toBe("FORMAT_CORRUPT");
    expect(text).toContain("the quote opened in the record at line 2 is never closed");
  });

  test("headers with doubled or missing names are refused", async () => {
    using folder = new DataFolder()
      .write("a.csv", "x,y,x\n1,2,3\n")
      .write("b.csv", "x,,y\n")
      .write("c.csv", "x\r1\r2\r");
    expect(await refusal(readFolder(folder, "a.csv"))).toContain("the header names column 'x' twice");
    expect(await refusal(readFolder(folder, "b.csv"))).toContain("the header names no column 2");
    expect(await refusal(readFolder(folder, "c.csv"))).toContain("lines end in CR alone");
  });
});

describe("encodings", () => {
  test("a UTF-8 byte order mark is no part of the first name", async () => {
    using folder = new DataFolder().write("a.csv", "\uFEFFid\n1\n").write("a.ndjson", '\uFEFF{"id":1}\n');
    expect((await readFolder(folder, "a.csv")).description.columns[0]?.field.name).toBe("id");
    expect((await readFolder(folder, "a.ndjson")).rows).toEqual([["1"]]);
  });

  test.each([
    ["UTF-16LE", Buffer.from("\uFEFFid\n1\n", "utf16le")],
    ["UTF-16BE", Buffer.from("\uFEFFid\n1\n", "utf16le").swap16()],
    ["gzip", Buffer.from([0x1f, 0x8b, 8, 0, 0, 0])],
    ["Parquet", Buffer.from("PAR1....")],
  ])("%s is named and refused", async (name, bytes) => {
    using folder = new DataFolder().write("a.csv", bytes).write("a.ndjson", bytes);
    for (const file of ["a.csv", "a.ndjson"])
      expect(await refusal(readFolder(folder, file))).toMatch(
        new RegExp(`^FORMAT_UNSUPPORTED: .*${file}: is .*${name}`),
      );
  });

  test("a value that is not UTF-8 is refused with its column, in CSV, NDJSON and Parquet", async () => {
    const latin1 = (text: string): Buffer => Buffer.from(text, "latin1");
    using folder = new DataFolder()
      .write("a.csv", latin1('id,name\n1,fine\n2,M\xfcller\n3,"caf\xe9"\n4,ok\n'))
      .write(
        "a.ndjson",
        latin1('{"id":1,"name":"fine"}\n{"id":2,"name":"M\xfcller"}\n{"id":3,"name":"ok"}\n'),
      );
    const csv = await readFolder(folder, "a.csv");
    expect(csv.rows).toEqual([
      ["1", "fine"],
      ["4", "ok"],
    ]);
    expect(summary(csv.failures)).toEqual(["1 name encoding", "2 name encoding"]);
    expect(Buffer.from(csv.failures[0]?.raw ?? [])).toEqual(latin1("2,M\xfcller\n"));
    const ndjson = await readFolder(folder, "a.ndjson");
    expect(ndjson.rows).toEqual([
      ["1", "fine"],
      ["3", "ok"],
    ]);
    expect(summary(ndjson.failures)).toEqual(["1 name encoding"]);

    const field = { name: "t", type: parseLogicalType("text"), nullable: true };
    const column = columnOf(field, [latin1("ok"), null, latin1("\xe2"), latin1("\x82\xac")]);
    folder.write(
      "a.parquet",
      encodeFile([{ fields: [field], columns: [column], rowCount: 4 }], {
        fields: [field],
        compression: "none",
      }),
    );
    const parquet = await readFolder(folder, "a.parquet");
    expect(parquet.rows).toEqual([["ok"], [null]]);
    expect(summary(parquet.failures)).toEqual(["2 t encoding", "3 t encoding"]);
    expect(parquet.failures[0]?.place).toEqual({ file: "a.parquet", rowGroup: 0, row: 2 });
  });

  test("NUL bytes are text in CSV, and not valid where a type does not take them", async () => {
    using folder = new DataFolder()
      .write("a.csv", "t,n\na\0b,1\n\0,1\0\n")
      .write("a.ndjson", '{"t":"a\0b"}\n{"t":"a\\u0000b"}\n');
    const csv = await readFolder(folder, "a.csv", { columns: { n: "int64" } });
    expect(csv.rows).toEqual([["a\0b", "1"]]);
    expect(summary(csv.failures)).toEqual(["1 n type"]);
    const ndjson = await readFolder(folder, "a.ndjson");
    expect(ndjson.rows).toEqual([["a\0b"]]);
    expect(summary(ndjson.failures)).toEqual(["0 t syntax"]);
  });
});

describe("values that are too large", () => {
  test("a 100 MB cell is refused with column and length and never held whole", async () => {
    using folder = new DataFolder();
    const parts = ["id,body,c\n1,short,x\n", '2,"', "y".repeat(100_000_000), '",x\n3,short,x\n'];
    folder.write("a.csv", parts.join(""));
    const child = `
      import { DataFolder, definitionOf, readEverything } from ${JSON.stringify(new URL("files-source-harness.ts", import.meta.url).href)};
      const all = await readEverything(${JSON.stringify(definitionOf(folder, "a.csv"))});
      const { rows, failures } = all;
      console.log(JSON.stringify({ rows, failures: failures.map((f) => ({ ...f, raw: f.raw.length })), rssMb: process.resourceUsage().maxRSS / 1024 }));`;
    const run = spawnSync(process.execPath, ["--input-type=module", "-e", child], { encoding: "utf8" });
    expect(run.stderr).toBe("");
    const { rows, failures, rssMb } = JSON.parse(run.stdout);
    expect(rows).toEqual([
      ["1", "short", "x"],
      ["3", "short", "x"],
    ]);
    expect(failures).toEqual([
      {
        row: 1,
        column: "body",
        rule: "too_large",
        message: "a value of 100000000 bytes is larger than maxValueBytes (16777216)",
        raw: 65536,
        place: { file: "a.csv", offset: 20, length: 100_000_007, line: 3 },
      },
    ]);
    expect(rssMb).toBeLessThan(300);
  });

  test("just above the limit, in every format", async () => {
    using folder = new DataFolder();
    const large = "z".repeat(MIB + 1);
    folder.write("a.csv", `id,t\n1,ok\n2,${large}\n3,ok\n`);
    folder.write("a.ndjson", `{"id":1,"t":"ok"}\n{"id":2,"t":"${large}"}\n{"id":3,"t":"ok"}\n`);
    folder.write("b.ndjson", `{"id":1,"t":"ok"}\n{"id":2,"t":"${large.repeat(5)}"}\n{"id":3,"t":"ok"}\n`);
    const field = { name: "t", type: parseLogicalType("text"), nullable: true };
    const column = columnOf(field, [Buffer.from("ok"), null, Buffer.from(large), Buffer.from("ok")]);
    folder.write(
      "a.parquet",
      encodeFile([{ fields: [field], columns: [column], rowCount: 4 }], {
        fields: [field],
        compression: "zstd",
      }),
    );
    for (const file of ["a.csv", "a.ndjson", "b.ndjson", "a.parquet"]) {
      const { rows, failures } = await readFolder(folder, file, { maxValueBytes: MIB });
      expect(rows.map((row) => row.at(-1)).filter((text) => text !== null)).toEqual(["ok", "ok"]);
      expect(failures.map(({ column: name, rule }) => `${name} ${rule}`)).toEqual(["t too_large"]);
    }
  });

  test("a row of many large cells is refused as a whole", async () => {
    using folder = new DataFolder().write(
      "a.csv",
      `a,b,c,d\n${Array(4).fill("x".repeat(MIB)).join(",")}\n1,2,3,4\n`,
    );
    const { rows, failures } = await readFolder(folder, "a.csv", { maxValueBytes: MIB });
    expect(rows).toEqual([["1", "2", "3", "4"]]);
    expect(summary(failures)).toEqual(["0 - too_large"]);
  });
});

describe("values that do not fit their type", () => {
  test("each is refused with column, rule and the raw line", async () => {
    const columns = { i: "int32", d: "decimal(6,2)", day: "date", at: "timestamp" };
    using folder = new DataFolder().write(
      "a.csv",
      [
        "i,d,day,at",
        "1,1.50,2024-01-01,2024-01-01T00:00:00.123456",
        "3000000000,1,2024-01-01,",
        "1,1.505,2024-01-01,",
        "1,10000,2024-01-01,",
        "1,1,0000-01-01,",
        "1,1,20000-01-01,",
        "x,y,z,",
        "1,1,2024-01-01,2024-01-01T00:00:00Z",
        "",
      ].join("\n"),
    );
    const { rows, failures } = await readFolder(folder, "a.csv", { columns });
    expect(rows).toEqual([["1", "1.50", "2024-01-01", "2024-01-01T00:00:00.123456"]]);
    expect(summary(failures)).toEqual([
      "1 i range",
      "2 d precision",
      "3 d range",
      "4 day range",
      "5 day range",
      "6 i type",
      "7 at type",
    ]);
    expect(Buffer.from(failures[0]?.raw ?? []).toString()).toBe("3000000000,1,2024-01-01,\n");
    expect(failures[4]?.place).toEqual({ file: "a.csv", offset: 137, length: 17, line: 7 });
  });

  test("NULL where none is declared", async () => {
    using folder = new DataFolder()
      .write("a.csv", 'id,t\n1,""\n2,\n,x\n')
      .write("a.ndjson", '{"t":null}\n{}\n{"t":""}\n');
    const csv = await readFolder(folder, "a.csv", { columns: { id: "int64!", t: "text!" } });
    expect(csv.rows).toEqual([["1", ""]]);
    expect(summary(csv.failures)).toEqual(["1 t null", "2 id null"]);
    const ndjson = await readFolder(folder, "a.ndjson", { columns: { t: "text!" } });
    expect(ndjson.rows).toEqual([[""]]);
    expect(summary(ndjson.failures)).toEqual(["0 t null", "1 t null"]);
  });

  test("integers beyond 2^53 are exact", async () => {
    using folder = new DataFolder()
      .write("a.csv", "n\n9007199254740993\n-9223372036854775808\n9223372036854775808\n")
      .write("a.ndjson", '{"n":9007199254740993}\n{"n":-9223372036854775808}\n')
      .write("b.ndjson", '{"n":9007199254740993,"d":12345678901234567890123456789012345678}\n')
      .write("c.ndjson", '{"f":0.5}\n{"f":9007199254740993}\n{"f":0.1}\n');
    const csv = await readFolder(folder, "a.csv", { columns: { n: "int64" } });
    expect(csv.rows).toEqual([["9007199254740993"], ["-9223372036854775808"]]);
    expect(summary(csv.failures)).toEqual(["2 n range"]);
    expect((await readFolder(folder, "a.ndjson")).rows).toEqual([
      ["9007199254740993"],
      ["-9223372036854775808"],
    ]);
    expect((await readFolder(folder, "b.ndjson")).rows).toEqual([
      ["9007199254740993", "12345678901234567890123456789012345678"],
    ]);
    const inferred = await readFolder(folder, "c.ndjson");
    expect(inferred.rows).toEqual([["0.5"], ["0.1"]]);
    expect(summary(inferred.failures)).toEqual(["1 f precision"]);
  });
});

describe("NDJSON lines that are no rows", () => {
  test("each is refused with what is wrong", async () => {
    const lines = [
      '{"a":1,"b":"x"}',
      "not json",
      "[1]",
      '{"a":1,"a":2}',
      '{"a":1,"c":3}',
      '{"a":{"b":1}}',
      '{"a":1} {"a":2}',
      '{"a":01}',
      '{"a":1',
      "",
      '{"b":"y","a":2}',
    ];
    using folder = new DataFolder().write("a.ndjson", lines.join("\n"));
    const { rows, failures } = await readFolder(folder, "a.ndjson", { columns: { a: "int64", b: "text" } });
    // `c` is among the first lines, so it is a column; a member that comes later is not.
    expect(rows).toEqual([
      ["1", "x", null],
      ["1", null, "3"],
      ["2", "y", null],
    ]);
    expect(summary(failures)).toEqual([
      "1 - syntax",
      "2 - syntax",
      "3 a syntax",
      "5 a type",
      "6 - syntax",
      "7 a syntax",
      "8 - syntax",
    ]);
  });

  test("a member that no sampled line has is refused, not dropped", async () => {
    const lines = Array.from({ length: 1200 }, (_, index) =>
      index === 1100 ? '{"a":1,"late":2}' : '{"a":1}',
    );
    using folder = new DataFolder().write("a.ndjson", lines.join("\n"));
    const { rows, failures } = await readFolder(folder, "a.ndjson");
    expect(rows.length).toBe(1199);
    expect(summary(failures)).toEqual(["1100 - unexpected_field"]);
    expect(failures[0]?.message).toContain("'late'");
  });
});

describe("files that are not as they were", () => {
  test("a file that grew, was modified or is gone since the plan stops the chunk", async () => {
    using folder = new DataFolder().write("a.csv", "x\n1\n");
    const definition = definitionOf(folder, "*.csv");
    const source = openFilesSource(definition);
    const fields = (await source.describe()).columns.map(({ field }) => field);
    const [bounds] = await source.cut(await source.plan());
    if (bounds === undefined) throw new RangeError("a source has at least one chunk");
    const read = async (): Promise<void> => {
      const request = { bounds, fields, maxValueBytes: MIB, signal: new AbortController().signal };
      for await (const _ of openFilesReader(definition).read(request));
    };
    const { mtime } = statSync(folder.path("a.csv"));
    await read();
    utimesSync(folder.path("a.csv"), mtime, new Date(mtime.getTime() + 5000));
    expect(await refusal(read())).toMatch(
      /^SOURCE_CHANGED: .*a\.csv changed since the plan: it was modified/,
    );
    writeFileSync(folder.path("a.csv"), "x\n1\n2\n");
    expect(await refusal(read())).toMatch(/^SOURCE_CHANGED: .*its size was 4 bytes and is 6/);
    folder[Symbol.dispose]();
    expect(await refusal(read())).toMatch(/^SOURCE_CHANGED: .*it is gone/);
  });

  test("files that disagree on their columns are named, both of them", async () => {
    using folder = new DataFolder()
      .write("a.csv", "x,y\n1,2\n")
      .write("b.csv", "y,x\n3,4\n")
      .write("c.csv", "x\n5\n");
    expect((await readFolder(folder, "[ab].csv")).rows).toEqual([
      ["1", "2"],
      ["4", "3"],
    ]);
    expect(await refusal(readFolder(folder, "*.csv"))).toMatch(
      /^SOURCE_FILES_DISAGREE: .*c\.csv and .*a\.csv do not have the same columns: column y is missing in the first/,
    );
  });
});

function splitRefusal(text: string): { readonly code: string; readonly text: string } {
  return { code: text.slice(0, text.indexOf(":")), text };
}
