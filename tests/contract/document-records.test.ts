/** Records as documents: whatever a file says, of whatever size. */
import { randomUUID } from "node:crypto";
import net from "node:net";
import { describe, expect, test } from "vitest";
import { createDocumentStore } from "../../lib/stores/document/index.ts";
import { createMongoStore } from "../../lib/stores/document/mongodb.ts";
import { bufferSource, inspect } from "../../worker/readers/index.ts";
import { rawRecords } from "../../worker/staging/raw-records.ts";
import { given, MIB, mongo, recordsFrom, STAGED, useStage } from "./document-support.ts";

const { signal } = new AbortController();
const untold = async (lines: readonly number[]) => lines.map(() => STAGED);

describe("records as documents", () => {
  const missing = "missing" in mongo ? mongo.missing : null;
  if (missing !== null) {
    test("the contract", (context) => context.skip(missing));
    return;
  }
  const stage = useStage();

  test("a record too large for a document is kept as text, cut, and says so", async () => {
    const file = stage.newFile();
    const huge = "x".repeat(15 * MIB);
    const fitting = "y".repeat(5 * MIB);
    await stage.store.put(
      file,
      given([
        { line: 2, fields: ["1", huge], raw: `1,${huge.slice(0, 5000)}`, outcome: STAGED },
        { line: 3, fields: ["2", fitting], raw: "2,y", outcome: STAGED },
        { line: 4, fields: null, raw: "z".repeat(20_000), outcome: { ...STAGED, status: "rejected" } },
      ]),
    );
    const [large, fits, unsplit] = await stage.all(file);
    expect(large).toMatchObject({ partial: true, readable: true, status: "staged" });
    expect(large!.data).toHaveLength(5002);
    expect(fits).toMatchObject({ partial: false, data: { id: "2", name: fitting } });
    expect(unsplit).toMatchObject({ partial: true, readable: false, status: "rejected" });
    expect(unsplit!.data).toHaveLength(8192);
  });

  test("requests are bounded in bytes: twenty records of 5 MB in one batch", async () => {
    const file = stage.newFile();
    const fitting = "y".repeat(5 * MIB);
    const records = Array.from({ length: 20 }, (_, i) => ({
      line: i + 2,
      fields: [`${i}`, fitting],
      raw: "",
      outcome: STAGED,
    }));
    await stage.store.put(file, given(records));
    expect(await stage.rawOf(file).countDocuments({})).toBe(20);
  });

  test("whatever a header says is a field's name", async () => {
    const columns = ["2020", "a.b", "$x", "", "a", "a", "__proto__", "_id", "é", "nul\0", "2019"];
    const file = stage.newFile(undefined, { columns });
    await stage.store.put(
      file,
      given([{ line: 2, fields: columns.map((_, i) => `v${i}`), raw: "", outcome: STAGED }]),
    );
    const [found] = await stage.all(file);
    expect(Object.entries(found!.data).sort()).toEqual(
      [
        ["2020", "v0"],
        ["a．b", "v1"],
        ["＄x", "v2"],
        ["column_4", "v3"],
        ["a", "v4"],
        ["a (2)", "v5"],
        ["__proto__", "v6"],
        ["_id", "v7"],
        ["é", "v8"],
        ["nul␀", "v9"],
        ["2019", "v10"],
      ].sort(),
    );
    const kept = await stage.client.db(`org_${file.org.key}`).collection("files_metadata").findOne({});
    expect(kept!.columns.map((one: { name: string }) => one.name)).toEqual(
      columns.map((name) => name.replace("\0", "␀")),
    );
  });

  test.each(["Orders", "a.b", "$cmd", "", "system.users", "x".repeat(80)])(
    "the name %j is refused for an organization and for a dataset",
    async (name) => {
      const refused = { code: "STORE_REFUSED" };
      const file = stage.newFile();
      const records = given(recordsFrom(1, 1));
      await expect(stage.store.put({ ...file, dataset: name }, records)).rejects.toMatchObject(refused);
      const other = { ...file, org: { ...file.org, key: name } };
      await expect(stage.store.put(other, records)).rejects.toMatchObject(refused);
    },
  );

  test("a file: every record by its line, unreadable ones as text", async () => {
    const file = stage.newFile();
    const source = bufferSource(Buffer.from('id,name\n1,"two\nlines"\n2\n3,x\n'));
    const { dialect, columns } = await inspect(source);
    const reading = { source, dialect, columns, ragged: "reject", signal } as const;
    const counts = await stage.store.put(file, (after) => rawRecords(reading, after, untold));
    expect(counts).toEqual({ records: 3, unreadable: 1, rejected: 1 });
    expect(await stage.all(file)).toMatchObject([
      { line: 2, data: { id: "1", name: "two\nlines" }, readable: true, status: "staged" },
      { line: 4, data: "2", readable: false, status: "rejected", partial: false },
      { line: 5, data: { id: "3", name: "x" } },
    ]);
  });

  test("JSON fields that are no columns are kept, with numbers as written", async () => {
    const lines = [
      '{"a":1}',
      '{"a":2,"b":1.10}',
      '{"a":3,"b":12345678901234567890,"c":{"d":[1.0]}}',
      "{broken",
    ];
    const source = bufferSource(Buffer.from(lines.join("\n")));
    const { dialect } = await inspect(source, { format: "ndjson" });
    const file = stage.newFile(undefined, { columns: ["a"] });
    const reading = { source, dialect, columns: ["a"], ragged: "reject", signal } as const;
    await stage.store.put(file, (after) => rawRecords(reading, after, untold));
    expect((await stage.all(file)).map((one) => one.data)).toEqual([
      { a: "1" },
      { a: "2", b: "1.10" },
      { a: "3", b: "12345678901234567890", c: '{"d":[1.0]}' },
      "{broken",
    ]);
  });

  test("no record before the line that is asked for, and outcomes are asked in order", async () => {
    const source = bufferSource(Buffer.from(`id\n${Array.from({ length: 9 }, (_, i) => i).join("\n")}\n`));
    const { dialect, columns } = await inspect(source);
    const asked: number[] = [];
    const reading = { source, dialect, columns, ragged: "reject", signal } as const;
    const seen: number[] = [];
    for await (const batch of rawRecords(reading, 7, async (lines) => {
      asked.push(...lines);
      return untold(lines);
    }))
      seen.push(...batch.map((record) => record.line));
    expect(seen).toEqual([8, 9, 10]);
    expect(asked).toEqual(seen);
  });
});

describe("without a document store", () => {
  test("no MONGODB_URL: none", () => {
    expect(createDocumentStore({ mongodbUrl: null })).toBeNull();
  });

  test("an address that is none is CONFIG", () => {
    for (const mongodbUrl of ["http://x", "mongodb://", "mongodb+srv://a:1"])
      expect(() => createDocumentStore({ mongodbUrl })).toThrow(expect.objectContaining({ code: "CONFIG" }));
  });

  test("nobody there, or somebody who hangs up: STORE_DOWN", async () => {
    const rude = net.createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => rude.listen(0, "127.0.0.1", resolve));
    const { port } = rude.address() as net.AddressInfo;
    // Port 1 of loopback: nobody listens there.
    for (const one of [1, port]) {
      const down = createMongoStore(`mongodb://127.0.0.1:${one}/`);
      const put = down.put(
        {
          org: { id: randomUUID(), key: "acme" },
          dataset: "orders",
          fileId: randomUUID(),
          runId: randomUUID(),
          fileName: "orders.csv",
          generation: 1,
          columns: ["id", "name"],
          changedBy: null,
          changeReason: null,
          qualityScore: null,
        },
        given(recordsFrom(2, 1)),
      );
      await expect(put).rejects.toMatchObject({ code: "STORE_DOWN" });
      await down.close();
    }
    await new Promise((resolve) => rude.close(resolve));
  });
});
