/** GET /healthz: the process answers. GET /readyz: so do the database and the object store. */
import { Router } from "express";
import type pg from "pg";
import { explain } from "../../lib/errors.ts";
import type { Logger } from "../../lib/log.ts";
import type { ObjectStore } from "../../lib/stores/object/index.ts";

const CHECK_MS = 5000;

async function within(check: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise((_resolve, reject) => {
    timer = setTimeout(reject, CHECK_MS, new Error(`no answer within ${CHECK_MS} ms`));
  });
  try {
    await Promise.race([check, limit]);
  } finally {
    clearTimeout(timer);
  }
}

export function healthRoutes(options: { pool: pg.Pool; store: ObjectStore; log: Logger }): Router {
  const router = Router();
  const state = async (name: string, check: Promise<unknown>): Promise<[string, string]> => {
    try {
      await within(check);
      return [name, "ok"];
    } catch (error) {
      options.log.warn({ part: name, err: explain(error) }, "not ready");
      return [name, "down"];
    }
  };
  router.get("/healthz", (_request, response) => {
    response.json({ status: "ok" });
  });
  router.get("/readyz", async (_request, response) => {
    const parts = await Promise.all([
      state("database", options.pool.query("select 1")),
      state("store", options.store.check()),
    ]);
    const ready = parts.every(([, value]) => value === "ok");
    response
      .status(ready ? 200 : 503)
      .set("Cache-Control", "no-store")
      .json({ status: ready ? "ok" : "down", ...Object.fromEntries(parts) });
  });
  return router;
}
