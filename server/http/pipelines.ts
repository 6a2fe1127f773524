/**
 * POST /orgs/:slug/pipelines/dry-run: what a pipeline, saved or not, would make of its input, step by step. The server
 * reads no files and runs nobody's SQL: it asks the worker by a job and waits. Shared code in lib would have brought the
 * readers and people's SQL into the process that answers everybody.
 */
import { setTimeout as pause } from "node:timers/promises";
import express, { type RequestHandler, Router } from "express";
import type pg from "pg";
import { z } from "zod";
import { AppError } from "../../lib/errors.ts";
import { identityOf } from "../auth/identify.ts";
import { inRequest, settingsFor } from "../database.ts";
import type { Organizations } from "../organizations.ts";
import { parseInput } from "./input.ts";

const MAX_BODY = "256kb";
const POLL_MS = 150;
/** A little longer than the worker lets a dry run take. */
const MAX_WAIT_MS = 75_000;

const body = z
  .strictObject({
    pipeline: z.string().min(1).max(50).optional(),
    definition: z.record(z.string(), z.unknown()).optional(),
    fileId: z.uuid().optional(),
    rows: z.number().int().min(1).max(1_000_000).optional(),
  })
  .refine(
    (b) => (b.pipeline === undefined) !== (b.definition === undefined),
    "give a pipeline or a definition",
  );

export interface PipelineOptions {
  pool: pg.Pool;
  organizations: Organizations;
  claimKey: Buffer;
}

/** Needs the bearer's identity in `response.locals`. */
export function pipelineRoutes({ pool, organizations, claimKey }: PipelineOptions): Router {
  const router = Router();
  const dryRun: RequestHandler<{ slug: string }> = async (request, response) => {
    const identity = identityOf(response);
    await organizations.find(identity, request.params.slug);
    const asked = parseInput(
      body,
      request.body ?? null,
      "Send {pipeline or definition, fileId, rows} as JSON.",
    );
    const settings = settingsFor(identity, String(response.locals.requestId), claimKey, request.ip);
    const ask = async <T>(text: string, values: unknown[]): Promise<T> => {
      const { rows } = await inRequest(pool, settings, (client) => client.query<{ v: T }>(text, values));
      return rows[0]!.v;
    };
    const trial = await ask<string>("select ingest.start_trial($1, $2, $3, $4) as v", [
      asked.pipeline ?? null,
      asked.definition === undefined ? null : JSON.stringify(asked.definition),
      asked.fileId ?? null,
      asked.rows ?? 10_000,
    ]);
    const until = Date.now() + MAX_WAIT_MS;
    while (Date.now() < until && !response.destroyed) {
      const answer = await ask<unknown>("select ingest.take_trial($1) as v", [trial]);
      if (answer !== null) {
        response.set("Cache-Control", "no-store").json(answer);
        return;
      }
      await pause(POLL_MS);
    }
    throw new AppError("TIMEOUT", "the dry run has not ended in time", {
      hint: "Take fewer rows; or no worker is running.",
    });
  };
  router.post("/orgs/:slug/pipelines/dry-run", express.json({ limit: MAX_BODY }), dryRun);
  return router;
}
