/** What the database queues and what workers take are the same jobs, and each kind is there before the first one is queued. */
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  createFollowingTasks,
  createReadingTasks,
  createTaskList,
  type WorkerContext,
} from "../../worker/tasks/index.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.drop());

it("every kind of job that the database queues is one that workers take", async () => {
  const context = {} as WorkerContext;
  const taken = [
    createTaskList(context),
    createReadingTasks(context),
    createFollowingTasks(context as never),
  ];
  const { rows } = await db.admin.query<{ identifier: string }>(
    "select identifier from graphile_worker._private_tasks order by 1",
  );
  expect(rows.map((r) => r.identifier)).toEqual(taken.flatMap((list) => Object.keys(list)).sort());
});
