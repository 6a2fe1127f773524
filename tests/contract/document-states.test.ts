/**
 * States of a file in a document store: whoever repeats, breaks off, is late or comes at the same time, in the end there is
 * one document a line, and it is of the latest state.
 */
import { MongoClient } from "mongodb";
import { describe, expect, test } from "vitest";
import type { RawOutcome } from "../../lib/stores/document/index.ts";
import { createMongoStore } from "../../lib/stores/document/mongodb.ts";
import { given, later, mongo, recordsFrom, STAGED, useStage } from "./document-support.ts";
import { openRoad } from "./road.ts";

const VALID: RawOutcome = { status: "valid", changeType: "unchanged", version: null };

describe("states of a file", () => {
  const missing = "missing" in mongo ? mongo.missing : null;
  if (missing !== null) {
    test("the contract", (context) => context.skip(missing));
    return;
  }
  const stage = useStage();

  test("the first file of an organization makes its database, collections and indexes", async () => {
    const file = stage.newFile();
    expect(await stage.store.put(file, given(recordsFrom(2, 1)))).toEqual({
      records: 1,
      unreadable: 0,
      rejected: 0,
    });
    const db = stage.client.db(`org_${file.org.key}`);
    const names = (await db.listCollections().toArray()).map((one) => one.name).sort();
    expect(names).toEqual([
      "activity_logs",
      "custom_templates",
      "files_metadata",
      "raw_orders",
      "reports",
      "users_settings",
    ]);
    const keys = (await db.collection("raw_orders").indexes()).map((index) => index.key);
    expect(keys).toContainEqual({ file_id: 1, line: 1 });
    expect((await db.collection("files_metadata").indexes()).length).toBe(2);
    expect(await db.collection("files_metadata").findOne({})).toMatchObject({
      _id: file.fileId,
      status: "written",
      generation: file.generation,
      records: 1,
      columns: [
        { name: "id", field: "id" },
        { name: "name", field: "name" },
      ],
    });
  });

  test("a document says where it comes from and what became of it", async () => {
    const file = stage.newFile(undefined, {
      changedBy: "someone",
      changeReason: "asked",
      qualityScore: 0.75,
    });
    const version = {
      compositeKey: "3",
      businessKeys: { id: 3 },
      version: 2,
      dataHash: "ab",
      changedFields: ["name"],
      previousVersion: 1,
    };
    await stage.store.put(
      file,
      given([
        {
          line: 7,
          fields: ["3", null],
          raw: "3,",
          outcome: { status: "valid", changeType: "update", version },
        },
        {
          line: 8,
          fields: ["4", "x"],
          raw: "4,x",
          outcome: { status: "rejected", changeType: "rejected", version: null },
        },
      ]),
    );
    const found = await stage.rawOf(file).find({}).sort({ line: 1 }).toArray();
    const same = {
      org_id: file.org.id,
      table_name: "orders",
      source_file: "orders.csv",
      file_id: file.fileId,
      run_id: file.runId,
      generation: file.generation,
      readable: true,
      partial: false,
      ingested_at: expect.any(Date),
    };
    expect(found).toEqual([
      {
        _id: `${file.fileId}:7`,
        ...same,
        line: 7,
        data: { id: "3", name: null },
        composite_key: "3",
        business_keys: { id: 3 },
        version: 2,
        data_hash: "ab",
        change_type: "update",
        changed_fields: ["name"],
        changed_by_user_id: "someone",
        audit_trail: {
          previous_version: 1,
          change_reason: "asked",
          validation_status: "valid",
          quality_score: 0.75,
        },
      },
      {
        _id: `${file.fileId}:8`,
        ...same,
        line: 8,
        data: { id: "4", name: "x" },
        composite_key: null,
        business_keys: null,
        version: null,
        data_hash: null,
        change_type: "rejected",
        changed_fields: [],
        changed_by_user_id: null,
        audit_trail: {
          previous_version: null,
          change_reason: null,
          validation_status: "rejected",
          quality_score: 0.75,
        },
      },
    ]);
  });

  test("the same state twice: nothing is read the second time", async () => {
    const file = stage.newFile();
    await stage.store.put(file, given(recordsFrom(2, 1500)));
    const first = await stage.rawOf(file).findOne({ line: 900 });
    let read = 0;
    const counts = await stage.store.put(
      file,
      given(recordsFrom(2, 1500), () => void read++),
    );
    expect(counts).toEqual({ records: 1500, unreadable: 0, rejected: 0 });
    expect(read).toBe(0);
    expect(await stage.rawOf(file).countDocuments({})).toBe(1500);
    expect(await stage.rawOf(file).findOne({ line: 900 })).toEqual(first);
  });

  test("a later state takes the place of all of the earlier one; an earlier one writes nothing", async () => {
    const early = stage.newFile();
    const late = later(early);
    await stage.store.put(early, given(recordsFrom(2, 700)));
    await stage.store.put(late, given(recordsFrom(1, 300, VALID)));
    const check = async () => {
      const found = await stage.all(early);
      expect(found).toHaveLength(300);
      expect(found.every((one) => one.runId === late.runId && one.status === "valid")).toBe(true);
    };
    await check();
    expect(await stage.store.put(early, given(recordsFrom(2, 700)))).toBeNull();
    await check();
  });

  test("an earlier state that wakes up in the middle replaces nothing of the later one", async () => {
    const early = stage.newFile();
    const late = later(early);
    let woken = false;
    const counts = await stage.store.put(
      early,
      given(recordsFrom(2, 1200), async () => {
        if (woken) return;
        woken = true;
        // The other one begins, and ends, while this one stands.
        await stage.store.put(late, given(recordsFrom(2, 1200, VALID)));
      }),
    );
    expect(woken).toBe(true);
    expect(counts).toBeNull();
    const found = await stage.rawOf(early).find({}).toArray();
    expect(found).toHaveLength(1200);
    expect(new Set(found.map((one) => one.run_id))).toEqual(new Set([late.runId]));
  });

  test("two workers at once on a new organization and one file: each line once", async () => {
    const file = stage.newFile();
    await Promise.all([1, 2].map(() => stage.store.put(file, given(recordsFrom(2, 600)))));
    expect(await stage.rawOf(file).countDocuments({})).toBe(600);
  });

  test("what was broken off goes on where it was, with counts of everything", async () => {
    const file = stage.newFile();
    const records = recordsFrom(2, 9000);
    let read = 0;
    const stopped = stage.store.put(
      file,
      given(records, () => {
        read += 500;
        if (read === 7000) throw new Error("stopped");
      }),
    );
    await expect(stopped).rejects.toThrow("stopped");
    expect(await stage.rawOf(file).countDocuments({})).toBeLessThan(9000);
    let again = 0;
    const counts = await stage.store.put(
      file,
      given(records, () => {
        again += 500;
      }),
    );
    expect(counts).toEqual({ records: 9000, unreadable: 0, rejected: 0 });
    expect(again).toBeLessThanOrEqual(4500);
    expect(await stage.rawOf(file).countDocuments({})).toBe(9000);
  });

  test("a store that goes away in the middle is STORE_DOWN; when it is back the rest is written", async (context) => {
    const { hostname, port } = new URL(stage.url);
    if (!port) context.skip("the server is not reached by a TCP port");
    const road = await openRoad({ host: hostname, port: Number(port) });
    const far = createMongoStore(stage.url.replace(`${hostname}:${port}`, `127.0.0.1:${road.port}`));
    const file = stage.newFile();
    const cut = far.put(
      file,
      given(recordsFrom(2, 2000), () => void road.cut()),
    );
    await expect(cut).rejects.toMatchObject({ code: "STORE_DOWN" });
    road.mend();
    expect(await far.put(file, given(recordsFrom(2, 2000)))).toMatchObject({ records: 2000 });
    expect(await stage.rawOf(file).countDocuments({})).toBe(2000);
    await far.close();
    await road.close();
  });

  test("a store that was silent when it was first asked is used once it speaks", async (context) => {
    const { hostname, port } = new URL(stage.url);
    if (!port) context.skip("the server is not reached by a TCP port");
    const road = await openRoad({ host: hostname, port: Number(port) });
    const far = createMongoStore(stage.url.replace(`${hostname}:${port}`, `127.0.0.1:${road.port}`));
    road.stall();
    await expect(far.check()).rejects.toMatchObject({ code: "STORE_DOWN" });
    road.mend();
    expect(await far.put(stage.newFile(), given(recordsFrom(2, 3)))).toMatchObject({ records: 3 });
    await far.close();
    await road.close();
  });

  test("an error of who gives the records comes through as it is", async () => {
    const own = Object.assign(new Error("unreadable"), { code: "IN012" });
    const failing = stage.store.put(stage.newFile(), () => {
      throw own;
    });
    await expect(failing).rejects.toBe(own);
  });

  test("organizations do not meet: the same file's id, two databases", async () => {
    const one = stage.newFile();
    const other = { ...one, org: stage.newOrg() };
    await stage.store.put(one, given(recordsFrom(2, 3)));
    await stage.store.put(other, given(recordsFrom(2, 2)));
    expect(await stage.all(one)).toHaveLength(3);
    await stage.store.drop(other.org);
    expect(await stage.all(one)).toHaveLength(3);
  });

  test("closing waits for what is under way; afterwards it is STORE_DOWN", async () => {
    const own = createMongoStore(stage.url);
    const file = stage.newFile();
    const write = own.put(file, given(recordsFrom(2, 1200)));
    await own.close();
    await write;
    const client = new MongoClient(stage.url);
    expect(await client.db(`org_${file.org.key}`).collection("raw_orders").countDocuments({})).toBe(1200);
    await client.close();
    await expect(own.check()).rejects.toMatchObject({ code: "STORE_DOWN" });
  });

  test("more organizations than handles are kept", async () => {
    const files = Array.from({ length: 55 }, () => stage.newFile());
    for (const file of files) await stage.store.put(file, given(recordsFrom(2, 1)));
    await stage.store.put(later(files[0]!), given(recordsFrom(3, 2, STAGED)));
    expect(await stage.all(files[0]!)).toHaveLength(2);
  });
});
