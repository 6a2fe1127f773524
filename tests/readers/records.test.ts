/** What bad records get: a problem that names line, column, rule and remedy, and the records around them intact. */
import { describe, expect, it } from "vitest";
import { copyStream } from "../../worker/readers/copy.ts";
import { inspect } from "../../worker/readers/inspect.ts";
import { readRecords } from "../../worker/readers/records.ts";
import { bufferSource } from "../../worker/readers/source.ts";
import type { Dialect, ReaderProblem, ReaderRecord, ReadOptions } from "../../worker/readers/types.ts";
import { PLAIN } from "../support/messy-csv.ts";

async function read(
  content: string | Buffer,
  columns: string[],
  dialect: Partial<Dialect> = {},
  options: ReadOptions = {},
): Promise<ReaderRecord[]> {
  const source = bufferSource(Buffer.from(content as string), 16);
  const records: ReaderRecord[] = [];
  for await (const batch of readRecords(source, { ...PLAIN, ...dialect }, columns, options))
    records.push(...batch);
  return records;
}

const brief = (records: ReaderRecord[]): unknown[] =>
  records.map(({ line, fields, problem }) =>
    problem === undefined ? [line, ...fields] : [line, problem.rule, problem.column],
  );

describe("records that cannot be used", () => {
  it("ragged: says how many fields there are and how many were expected", async () => {
    const records = await read("a,b\n1,2\n3\n4,5,6\n7,8\n", ["a", "b"]);
    expect(brief(records)).toEqual([
      [2, "1", "2"],
      [3, "ragged_row", null],
      [4, "ragged_row", null],
      [5, "7", "8"],
    ]);
    expect(records[2]!.problem).toMatchObject({
      message: "the record has 3 fields, 2 expected",
      remedy: expect.stringContaining("delimiters"),
      raw: "4,5,6",
    });
  });

  it("NUL bytes: names the column, and raw can be stored", async () => {
    const records = await read("a,b\n1,x\0y\n2,z\n", ["a", "b"]);
    expect(brief(records)).toEqual([
      [2, "nul_byte", "b"],
      [3, "2", "z"],
    ]);
    expect(records[0]!.raw).toBe("1,x\u2400y");
  });

  it("bytes that are not valid in the encoding: only their record", async () => {
    const content = Buffer.concat([Buffer.from("a,b\n1,é\n2,"), Buffer.from([0xe9]), Buffer.from("\n3,ü\n")]);
    const records = await read(content, ["a", "b"]);
    expect(brief(records)).toEqual([
      [2, "1", "é"],
      [3, "encoding", "b"],
      [4, "3", "ü"],
    ]);
    expect(records[1]!.raw).toBe("2,é");
  });

  it("half a character in UTF-16 is an encoding problem too", async () => {
    const content = Buffer.concat([
      Buffer.from("a,b\n1,", "utf16le"),
      Buffer.from([0, 0xd8]),
      Buffer.from("\n2,x\n", "utf16le"),
    ]);
    expect(brief(await read(content, ["a", "b"], { encoding: "utf-16le" }))).toEqual([
      [2, "encoding", "b"],
      [3, "2", "x"],
    ]);
  });

  it("an unclosed quote spoils one line, not the rest", async () => {
    const records = await read('a,b\n1,"open\n2,x\n3,"y"\n', ["a", "b"]);
    expect(brief(records)).toEqual([
      [2, "1", '"open'],
      [3, "2", "x"],
      [4, "3", "y"],
    ]);
    const wide = await read('a,b\n"1"x"2\n2,x\n', ["a", "b"]);
    expect(brief(wide)).toEqual([
      [2, "unclosed_quote", "a"],
      [3, "2", "x"],
    ]);
  });

  it("stray quotes stay in the value where only one reading fits", async () => {
    const records = await read('a,b,c\n1,"say "hi" now",3\n2,""Big, red","x"\n3,"5" pipe,"y, z"\n', [
      "a",
      "b",
      "c",
    ]);
    expect(brief(records)).toEqual([
      [2, "1", 'say "hi" now', "3"],
      [3, "2", '"Big, red', "x"],
      [4, "3", '"5" pipe', "y, z"],
    ]);
  });

  it("the header once more is named, not loaded", async () => {
    expect(brief(await read('id,name\n1,x\nid,"name"\n2,y\n', ["id", "name"]))).toEqual([
      [2, "1", "x"],
      [3, "repeated_header", null],
      [4, "2", "y"],
    ]);
  });
});

describe("records that are good", () => {
  it("line numbers count quoted line ends, blank lines and every kind of line end", async () => {
    const content = 'a,b\r\n\r\n1,"x\ny"\n\n2,z\r\n';
    expect(brief(await read(content, ["a", "b"]))).toEqual([
      [3, "1", "x\ny"],
      [6, "2", "z"],
    ]);
    expect(brief(await read("a,b\r1,x\r\r2,y", ["a", "b"], { recordTerminator: "\r" }))).toEqual([
      [2, "1", "x"],
      [4, "2", "y"],
    ]);
  });

  it("null is the empty unquoted field and an unquoted \\N", async () => {
    expect(brief(await read('a,b,c,d\n,"",\\N,"\\N"\n', ["a", "b", "c", "d"]))).toEqual([
      [2, null, "", null, "\\N"],
    ]);
  });

  it("repair takes out or puts in empty fields only where one place fits", async () => {
    const rows = Array.from(
      { length: 30 },
      (_, k) => `${k + 10},2026-01-${k + 10 > 28 ? 11 : k + 10},word,`,
    ).join("\n");
    const columns = ["n", "day", "text", "note"];
    const records = await read(
      `n,day,text,note\n${rows}\n50,,2026-01-05,word,\n51,2026-01-06,word\n52,word\n`,
      columns,
      {},
      { ragged: "repair" },
    );
    expect(brief(records.slice(30))).toEqual([
      [32, "50", "2026-01-05", "word", null],
      [33, "51", "2026-01-06", "word", null],
      [34, "ragged_row", null],
    ]);
  });

  it("a second table of another width is not mended into the first", async () => {
    const second = "x,y,\n1,2,\n3,4,\n5,6,\n7,8,\n9,9,\n9,9,\n";
    const records = await read(`a,b\n1,2\n3,4\n${second}`, ["a", "b"], {}, { ragged: "repair" });
    expect(records.at(-1)!.problem?.rule).toBe("ragged_row");
  });

  it("onlyLines gives just those records", async () => {
    const records = await read("a,b\n1,x\n2,y\n3,z\n", ["a", "b"], {}, { onlyLines: [3, 4] });
    expect(records.map(({ line }) => line)).toEqual([3, 4]);
  });
});

describe("COPY's bytes", () => {
  it("begin with the line, tell null from the empty text, and leave bad records to onProblem", async () => {
    const content = 'a,b\n1,\n2,""\n3\n4,"x\ty\\z\nw"\n5,NA\n';
    const problems: ReaderProblem[] = [];
    const stream = copyStream(bufferSource(Buffer.from(content)), PLAIN, ["a", "b"], {
      nullTokens: [null, ["NA"]],
      onProblem: async (problem) => {
        problems.push(problem);
      },
    });
    const out: Buffer[] = [];
    for await (const block of stream) out.push(block as Buffer);
    expect(Buffer.concat(out).toString()).toBe("2\t1\t\\N\n3\t2\t\n5\t4\tx\\ty\\\\z\\nw\n7\t5\t\\N\n");
    expect(problems.map(({ line, rule }) => [line, rule])).toEqual([[4, "ragged_row"]]);
    expect(stream.stats).toEqual({ records: 5, sent: 4, problems: 1, lines: 7 });
  });

  it("fails with what onProblem throws", async () => {
    const stream = copyStream(bufferSource(Buffer.from("a,b\n1\n")), PLAIN, ["a", "b"], {
      onProblem: () => Promise.reject(new Error("full")),
    });
    await expect(stream.toArray()).rejects.toThrow("full");
  });
});

describe("NDJSON", () => {
  const lines = [
    '{"id":1,"name":"x","tags":["a",1.10]}',
    '{"id":12345678901234567890,"name":null,"extra":{"k":1.50}}',
    "",
    '{"id":3,',
    "[1]",
    '{"id":"a\\u0000b"}',
    '{"id":4,"late":true}',
  ];
  const content = Buffer.from(`${lines.join("\n")}\n`);

  it("takes the union of keys, keeps digits as written, and names wrong lines", async () => {
    const source = bufferSource(content, 7);
    const { dialect, columns } = await inspect(source);
    expect(dialect.format).toBe("ndjson");
    expect(columns).toEqual(["id", "name", "tags", "extra", "late"]);
    const records: ReaderRecord[] = [];
    for await (const batch of readRecords(source, dialect, columns)) records.push(...batch);
    expect(brief(records)).toEqual([
      [1, "1", "x", '["a",1.10]', null, null],
      [2, "12345678901234567890", null, null, '{"k":1.50}', null],
      [4, "json", null],
      [5, "json", null],
      [6, "nul_byte", "id"],
      [7, "4", null, null, null, "true"],
    ]);
    expect(records[2]!.problem?.message).toMatch(/not a JSON object/);
  });

  it("reports a field that is no column once, and keeps the record", async () => {
    const problems: ReaderProblem[] = [];
    const dialect: Dialect = { ...PLAIN, format: "ndjson", headerLines: 0 };
    const stream = copyStream(bufferSource(Buffer.from('{"a":1,"b":2}\n{"a":3,"b":4}\n')), dialect, ["a"], {
      onProblem: (problem) => void problems.push(problem),
    });
    const out = Buffer.concat((await stream.toArray()) as Buffer[]).toString();
    expect(out).toBe("1\t1\n2\t3\n");
    expect(problems.map(({ rule, column, line }) => [rule, column, line])).toEqual([
      ["unknown_field", "b", 1],
    ]);
    expect(stream.stats).toMatchObject({ sent: 2, problems: 0 });
  });
});
