/**
 * POST /lineage/openlineage and /orgs/:slug/lineage/openlineage take OpenLineage events of others, one or a list;
 * PUT /orgs/:slug/lineage/openlineage/endpoint says where the organization's own go. Who may, the database decides.
 */
import express, { type RequestHandler, type Response, Router } from "express";
import type pg from "pg";
import { z } from "zod";
import { AppError } from "../../lib/errors.ts";
import { openlineagePurpose } from "../../lib/lineage/endpoint.ts";
import type { Secrets } from "../../lib/secrets.ts";
import { identityOf } from "../auth/identify.ts";
import { asGateway, inRequest, settingsFor } from "../database.ts";
import type { Organizations } from "../organizations.ts";
import { parseInput } from "./input.ts";

const MAX_BODY = "2mb";
const MAX_EVENTS = 100;
const MAX_ENDS = 500;
const MAX_FIELDS = 5000;
const HINT = "Send an event of OpenLineage 2-0-2; docs/reference/openlineage.md tells what is read of it.";

const name = z.string().min(1).max(500);
const marks = { _producer: z.url(), _schemaURL: z.url() };
const facets = z.record(z.string(), z.looseObject(marks));
const inputField = z.looseObject({
  namespace: name,
  name,
  field: z.string().max(500),
  transformations: z
    .array(z.looseObject({ type: z.string().max(100), subtype: z.string().max(100).optional() }))
    .max(50)
    .optional(),
});
const columnLineage = z.looseObject({
  ...marks,
  fields: z
    .record(z.string().max(500), z.looseObject({ inputFields: z.array(inputField).max(MAX_FIELDS) }))
    .refine((fields) => Object.keys(fields).length <= MAX_FIELDS, `at most ${MAX_FIELDS} fields`),
  dataset: z.array(inputField).max(MAX_FIELDS).optional(),
});
const datasetFacets = z.object({ columnLineage: columnLineage.optional() }).catchall(z.looseObject(marks));
const dataset = z.looseObject({ namespace: name, name, facets: datasetFacets.optional() });
const job = z.looseObject({ namespace: name, name, facets: facets.optional() });
const base = { eventTime: z.iso.datetime({ offset: true }), producer: z.url(), schemaURL: z.url() };
const ends = {
  inputs: z.array(dataset).max(MAX_ENDS).optional(),
  outputs: z.array(dataset).max(MAX_ENDS).optional(),
};
const runEvent = z.looseObject({
  ...base,
  ...ends,
  eventType: z.enum(["START", "RUNNING", "COMPLETE", "ABORT", "FAIL", "OTHER"]).optional(),
  run: z.looseObject({ runId: z.uuid(), facets: facets.optional() }),
  job,
});
const jobEvent = z.looseObject({ ...base, ...ends, job, run: z.undefined().optional() });
const datasetEvent = z.looseObject({
  ...base,
  dataset,
  job: z.undefined().optional(),
  run: z.undefined().optional(),
});

/** By what it has: a run, else a dataset, else a job. Errors: AppError BAD_INPUT naming the field. */
function readEvent(value: unknown): unknown {
  const has = (key: string): boolean => typeof value === "object" && value !== null && key in value;
  if (has("run")) return parseInput(runEvent, value, HINT);
  return has("dataset") ? parseInput(datasetEvent, value, HINT) : parseInput(jobEvent, value, HINT);
}

const endpointBody = z.strictObject({
  url: z
    .url({ protocol: /^https?$/ })
    .max(1000)
    .nullable(),
  enabled: z.boolean().default(true),
  /** null takes the token away; left out, it stays while the address does. */
  token: z.string().min(1).max(4000).nullable().optional(),
});

export interface LineageOptions {
  pool: pg.Pool;
  organizations: Organizations;
  claimKey: Buffer;
  secrets: Secrets;
}

/** Needs the bearer's identity in `response.locals`. */
export function lineageRoutes({ pool, organizations, claimKey, secrets }: LineageOptions): Router {
  const router = Router();
  const body = express.json({ limit: MAX_BODY });

  const within = async (slug: string | undefined, response: Response) => {
    const identity = identityOf(response);
    if (!identity) {
      throw new AppError("UNAUTHENTICATED", "lineage needs a token", {
        hint: "Send `Authorization: Bearer <accessToken>` or an API key.",
      });
    }
    const organization = slug === undefined ? null : await organizations.find(identity, slug);
    const settings = settingsFor(identity, String(response.locals.requestId), claimKey, response.req.ip);
    return { settings, organization };
  };

  const receive: RequestHandler<{ slug?: string }> = async (request, response) => {
    const { settings } = await within(request.params.slug, response);
    const given: unknown = request.body;
    const list: unknown[] = Array.isArray(given) ? given : [given ?? null];
    if (list.length > MAX_EVENTS) {
      throw new AppError("BAD_INPUT", `at most ${MAX_EVENTS} events in one request`, {
        hint: "Send them in parts.",
      });
    }
    const events = list.map(readEvent);
    // All or none, so that a sender may send the same again.
    const mappings = await inRequest(pool, settings, async (client) => {
      let total = 0;
      for (const event of events) {
        const { rows } = await client.query<{ n: number }>("select lineage.receive_openlineage($1) as n", [
          JSON.stringify(event),
        ]);
        total += rows[0]!.n;
      }
      return total;
    });
    response.status(201).set("Cache-Control", "no-store").json({ events: events.length, mappings });
  };
  router.post("/lineage/openlineage", body, receive);
  router.post("/orgs/:slug/lineage/openlineage", body, receive);

  router.put("/orgs/:slug/lineage/openlineage/endpoint", body, async (request, response) => {
    const { settings, organization } = await within(String(request.params.slug), response);
    const wanted = parseInput(endpointBody, request.body, HINT);
    await inRequest(pool, settings, (client) =>
      client.query("select lineage.set_openlineage_endpoint($1, $2)", [wanted.url, wanted.enabled]),
    );
    if (wanted.token !== undefined && wanted.url !== null) {
      const sealed =
        wanted.token === null ? null : secrets.seal(openlineagePurpose(organization!.id), wanted.token);
      await inRequest(pool, asGateway(settings), (client) =>
        client.query("select private.put_openlineage_token($1)", [sealed]),
      );
    }
    response
      .set("Cache-Control", "no-store")
      .json({ url: wanted.url, enabled: wanted.url !== null && wanted.enabled });
  });
  return router;
}
