/**
 * What an outsider needs to check an organization's audit trail: checkpoints and proofs for whoever may see the trail
 * (GET /orgs/:slug/audit/...), and the public keys for everybody (/.well-known/audit-jwks.json).
 */
import { type Request, type Response, Router } from "express";
import type pg from "pg";
import { z } from "zod";
import { publicAuditKeys } from "../../lib/audit/keys.ts";
import type { Config } from "../../lib/config.ts";
import { AppError } from "../../lib/errors.ts";
import { identityOf } from "../auth/identify.ts";
import { inRequest, settingsFor } from "../database.ts";
import type { Organizations } from "../organizations.ts";
import { parseInput } from "./input.ts";

const PAGE = 1000;
const HINT = "docs/reference/audit.md tells what can be asked.";

const checkpointsQuery = z.object({
  /** Checkpoints of more leaves than this. */
  after: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(PAGE).default(100),
});
const size = z.coerce.number().int().min(1);
const proofQuery = z.union([
  z.object({ event: z.uuid(), size: size.optional() }),
  z.object({ change: z.uuid(), size: size.optional() }),
  z.object({ from: size, to: size }),
]);

const MAY = "select private.has_permission('audit.view') as may";
const CHECKPOINTS = `
  select size::float8 as size, at, encode(root, 'hex') as root, encode(previous, 'hex') as previous, key_id as kid, jws
    from audit.checkpoints
   where org_id = (select private.org_id()) and size > $1
   order by size limit $2`;

export interface AuditOptions {
  pool: pg.Pool;
  organizations: Organizations;
  claimKey: Buffer;
  config: Config;
}

export function auditRoutes({ pool, organizations, claimKey, config }: AuditOptions): Router {
  const router = Router();
  type Params = { slug: string };

  const ask = async <R extends pg.QueryResultRow>(
    request: Request<Params>,
    response: Response,
    text: string,
    values: unknown[],
  ): Promise<R[]> => {
    const identity = identityOf(response);
    await organizations.find(identity, request.params.slug);
    const settings = settingsFor(identity, String(response.locals.requestId), claimKey, request.ip);
    const { rows } = await inRequest(pool, settings, (client) => client.query<R>(text, values));
    return rows;
  };

  router.get("/orgs/:slug/audit/checkpoints", async (request: Request<Params>, response) => {
    const { after, limit } = parseInput(checkpointsQuery, request.query, HINT);
    const [may] = await ask<{ may: boolean }>(request, response, MAY, []);
    if (!may!.may) {
      throw new AppError("FORBIDDEN", "you need the permission audit.view for this", {
        hint: "Ask an owner or administrator of your organization for it.",
      });
    }
    const checkpoints = await ask(request, response, CHECKPOINTS, [after, limit]);
    response.set("Cache-Control", "no-store").json({ checkpoints });
  });

  router.get("/orgs/:slug/audit/proof", async (request: Request<Params>, response) => {
    const asked = proofQuery.safeParse(request.query);
    if (!asked.success) {
      throw new AppError("BAD_INPUT", "say of what: an event, a change, or two checkpoints", {
        hint: "Ask for ?event=<id>, ?change=<id> (with size=<leaves> for a later checkpoint), or ?from=<leaves>&to=<leaves>.",
      });
    }
    const [text, values] =
      "from" in asked.data
        ? ["select audit.consistency_proof($1, $2) as proof", [asked.data.from, asked.data.to]]
        : [
            "select audit.inclusion_proof($1, $2) as proof",
            ["event" in asked.data ? asked.data.event : asked.data.change, asked.data.size ?? null],
          ];
    const rows = await ask<{ proof: unknown }>(request, response, text as string, values as unknown[]);
    response.set("Cache-Control", "no-store").json(rows[0]!.proof);
  });

  router.get("/.well-known/audit-jwks.json", async (_request, response) => {
    response.set("Cache-Control", "public, max-age=300").json(await publicAuditKeys(config));
  });
  return router;
}
