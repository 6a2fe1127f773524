/** Whatever a text holds, it comes out of a pipeline as it went in: file, temporary tables, result, load. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { projectRoot } from "../../../lib/db/urls.ts";
import { createPipelines, type Pipelines } from "./support.ts";

let p: Pipelines;
beforeAll(async () => {
  p = await createPipelines();
});
afterAll(() => p.bench.close());

const STEPS = [
  { kind: "derive", fields: { again: "v || ''" } },
  { kind: "sql", sql: "select id, v, again, v as third from input order by id::int" },
];
const cell = (value: string): string => `"${value.replaceAll('"', '""')}"`;

async function roundTrip(name: string, values: string[]): Promise<void> {
  const input = {
    kind: "file",
    format: "csv",
    encoding: "utf-8",
    delimiter: ",",
    quote: '"',
    escape: '"',
    headerLines: 1,
    preambleLines: 0,
    footnoteLines: 0,
  };
  await p.create(name, { input, steps: STEPS, output: { dataset: name, mode: "append" } });
  const done = await p.run(name, `id,v\n${values.map((v, i) => `${i},${cell(v)}\n`).join("")}`);
  expect(done.error).toBeNull();
  expect(done.load).toMatchObject({
    status: "succeeded",
    read: values.length,
    inserted: values.length,
    rejected: 0,
  });
  const rows = await p.rows<{ v: string; again: string; third: string }>(name, "id");
  expect(rows.map((r) => r.v)).toEqual(values);
  expect(rows.map((r) => r.again)).toEqual(values);
  expect(rows.map((r) => r.third)).toEqual(values);
}

it("random texts", async () => {
  const awkward = fc.constantFrom(
    "",
    " ",
    "\\N",
    "NULL",
    "NA",
    "\\",
    "\\.",
    "'",
    '"',
    '""',
    ",",
    ";",
    "\t",
    "\n",
    "\r\n",
    "\r",
    "a\nb",
    "$1::text",
    "=1+1",
    "é",
    "𝔸",
    "\u200b",
    "{x}",
    "%s",
    "E'\\x'",
  );
  const piece = fc.oneof(awkward, fc.string({ unit: "grapheme", maxLength: 10 }));
  const values = fc
    .sample(
      fc.array(piece, { maxLength: 4 }).map((parts) => parts.join("")),
      400,
    )
    // PostgreSQL's text cannot hold NUL: the reader sets such records aside.
    .map((v) => v.replaceAll("\0", "").toWellFormed());
  await roundTrip("texts", values);
});

const file = path.join(projectRoot, "..", "shared", "data", "hostile_strings", "blns.json");
it.skipIf(!existsSync(file))(
  `hostile strings${existsSync(file) ? "" : " (no ../shared/data/hostile_strings)"}`,
  async () => {
    const values = z.array(z.string()).parse(JSON.parse(await readFile(file, "utf8")));
    await roundTrip("hostile", values);
  },
);

it("hostile strings as constants of expressions and masks, and as names in SQL", async () => {
  const value = "'); drop table results; -- \\ \" $1 %I \u{1f4a9}";
  await p.create("constants", {
    input: { kind: "file" },
    steps: [
      { kind: "derive", fields: { a: `'${value.replaceAll("'", "''")}'` } },
      { kind: "mask", fields: ["id"], method: "constant", value },
      { kind: "split", field: "name", separator: "'\\", into: ["left_part", "right_part"], keep: true },
    ],
    output: { dataset: "constants", mode: "append" },
  });
  const done = await p.run("constants", "id,name\n1,x'\\y\n");
  expect(done.error).toBeNull();
  expect(await p.rows("constants")).toMatchObject([{ id: value, a: value, left_part: "x", right_part: "y" }]);
});
