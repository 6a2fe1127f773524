/** Documents after they were written: replays, erasure, end by time; reading back. */
import { randomUUID } from "node:crypto";
import { Registry } from "prom-client";
import { describe, expect, test } from "vitest";
import { watchDocuments } from "../../lib/metrics.ts";
import type { RawFile, RawOutcome } from "../../lib/stores/document/index.ts";
import { given, later, mongo, recordsFrom, useStage } from "./document-support.ts";

const REJECTED: RawOutcome = { status: "rejected", changeType: "rejected", version: null };
const FIXED: RawOutcome = {
  status: "valid",
  changeType: "insert",
  version: {
    compositeKey: "3",
    businessKeys: { id: 3 },
    version: 1,
    dataHash: "cd",
    changedFields: [],
    previousVersion: null,
  },
};
const one = async function* (...lines: [number, RawOutcome][]) {
  yield lines;
};

describe("documents that are there", () => {
  const missing = "missing" in mongo ? mongo.missing : null;
  if (missing !== null) {
    test("the contract", (context) => context.skip(missing));
    return;
  }
  const stage = useStage();
  const statuses = async (file: RawFile) =>
    (await stage.all(file)).map((record) => [record.line, record.status, record.changeType, record.version]);

  test("a replay changes the lines that it had, also twice, and no later state's", async () => {
    const file = stage.newFile();
    await stage.store.put(file, given(recordsFrom(2, 3, REJECTED)));
    const replay = later(file, { changedBy: "fixer", changeReason: "typed wrong" });
    for (let time = 0; time < 2; time++)
      expect(await stage.store.amend(replay, file.runId, one([3, FIXED], [99, FIXED]))).toBe(1);
    expect(await statuses(file)).toEqual([
      [2, "rejected", "rejected", null],
      [3, "valid", "insert", 1],
      [4, "rejected", "rejected", null],
    ]);
    expect(await stage.rawOf(file).findOne({ line: 3 })).toMatchObject({
      data: { id: "3" },
      run_id: file.runId,
      composite_key: "3",
      changed_by_user_id: "fixer",
      audit_trail: { change_reason: "typed wrong", quality_score: null },
    });
    // An earlier one that comes late changes nothing.
    expect(
      await stage.store.amend({ ...replay, generation: file.generation }, file.runId, one([3, REJECTED])),
    ).toBe(0);
    const forced = later(file);
    await stage.store.put(forced, given(recordsFrom(2, 3, REJECTED)));
    expect(await stage.store.amend(replay, file.runId, one([3, FIXED]))).toBe(0);
    expect((await statuses(file)).every(([, status]) => status === "rejected")).toBe(true);
  });

  test("an erased line has no values, and none that come later, of whatever state", async () => {
    const org = stage.newOrg();
    const [file, other] = [stage.newFile(org), stage.newFile(org)];
    for (const written of [file, other]) await stage.store.put(written, given(recordsFrom(2, 3)));
    for (let time = 0; time < 2; time++) await stage.store.erase(org, "orders", file.fileId, [2, 4, 99]);
    const lines = async (of: RawFile) => (await stage.all(of)).map((record) => record.line);
    expect(await lines(file)).toEqual([3]);
    expect(await lines(other)).toEqual([2, 3, 4]);
    expect(await stage.rawOf(file).findOne({ _id: `${file.fileId}:2` })).toEqual({
      _id: `${file.fileId}:2`,
      org_id: org.id,
      file_id: file.fileId,
      line: 2,
      generation: Number.MAX_SAFE_INTEGER,
    });
    await stage.store.put(later(file), given(recordsFrom(2, 3)));
    expect(await lines(file)).toEqual([3]);
    expect(await stage.store.amend(later(file), file.runId, one([2, FIXED]))).toBe(0);
    expect(await stage.rawOf(file).countDocuments({ data: { $exists: true }, file_id: file.fileId })).toBe(1);
  });

  test("a file whose lines were erased before it was written: they stay empty", async () => {
    const file = stage.newFile();
    await stage.store.erase(file.org, "orders", file.fileId, [3]);
    await stage.store.put(file, given(recordsFrom(2, 3)));
    expect((await stage.all(file)).map((record) => record.line)).toEqual([2, 4]);
  });

  test("an erasure in the middle of the writing: whatever comes first, the line ends empty", async () => {
    const file = stage.newFile();
    const records = recordsFrom(2, 1600);
    const erased = Array.from({ length: 160 }, (_, i) => 2 + i * 10);
    await Promise.all([
      stage.store.put(file, given(records)),
      ...[0, 40, 80, 120].map((at) =>
        stage.store.erase(file.org, "orders", file.fileId, erased.slice(at, at + 40)),
      ),
    ]);
    expect(await stage.rawOf(file).countDocuments({ data: { $exists: true } })).toBe(1440);
  });

  test("files older than a moment go with their documents, younger ones stay", async () => {
    const org = stage.newOrg();
    const [old, young] = [stage.newFile(org), stage.newFile(org)];
    await stage.store.put(old, given(recordsFrom(2, 3)));
    await stage.store.erase(org, "orders", old.fileId, [2]);
    await new Promise((resolve) => setTimeout(resolve, 20));
    const between = new Date();
    await stage.store.put(young, given(recordsFrom(2, 2)));
    expect(await stage.store.expire(org, between)).toBe(1);
    expect(await stage.rawOf(old).countDocuments({})).toBe(2);
    expect(await stage.all(young)).toHaveLength(2);
    expect(await stage.store.expire(org, between)).toBe(0);
  });

  test("a range of lines comes back in order, with both ends", async () => {
    const file = stage.newFile();
    await stage.store.put(file, given(recordsFrom(2, 30)));
    const found = await stage.store.read(file.org, "orders", file.fileId, 10, 12);
    expect(found.map((record) => record.line)).toEqual([10, 11, 12]);
    expect(found[1]).toMatchObject({
      data: { id: "11" },
      readable: true,
      status: "staged",
      runId: file.runId,
    });
    expect(await stage.store.read(file.org, "orders", randomUUID(), 0, 100)).toEqual([]);
  });

  test("the use of the pool is told", async () => {
    await stage.store.check();
    expect(stage.store.poolUse()).toMatchObject({ inUse: 0, waiting: 0, open: expect.any(Number) });
    expect(stage.store.poolUse().open).toBeGreaterThan(0);
    const metrics = new Registry();
    watchDocuments(metrics, stage.store);
    const figures = await metrics.metrics();
    expect(figures).toMatch(/^cadastre_document_store_connections\{state="open"\} [1-9]/m);
    expect(figures).toMatch(/^cadastre_document_store_connections\{state="in_use"\} 0$/m);
    expect(figures).toMatch(/^cadastre_document_store_handles \d+$/m);
  });
});
