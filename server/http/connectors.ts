/**
 * POST /orgs/:slug/connectors/:name/secret: seals a connector's secret with a key that PostgreSQL does not have.
 * GET /orgs/:slug/connector-presets: ready-made connectors to well-known APIs. All else of connectors and sources is in
 * GraphQL; who may, the database decides.
 */
import express, { type RequestHandler, Router } from "express";
import type pg from "pg";
import { z } from "zod";
import { presetNames, readPreset } from "../../lib/connectors/presets.ts";
import { AppError } from "../../lib/errors.ts";
import { connectorPurpose, type Secrets } from "../../lib/secrets.ts";
import { identityOf } from "../auth/identify.ts";
import { asGateway, inRequest, settingsFor } from "../database.ts";
import type { Organizations } from "../organizations.ts";
import { parseInput } from "./input.ts";

const MAX_BODY = "64kb";
const HINT = "docs/reference/connectors.md lists what each kind's secret holds.";

/** null takes the secret away. */
const body = z.strictObject({
  secret: z
    .record(z.string().min(1).max(100), z.string().min(1).max(20_000))
    .refine((given) => Object.keys(given).length <= 10, "has at most 10 values")
    .nullable(),
});

export interface ConnectorOptions {
  pool: pg.Pool;
  organizations: Organizations;
  claimKey: Buffer;
  secrets: Secrets;
}

interface Found {
  id: string;
  names: string[];
}

const FIND = `
  select c.id, array(select jsonb_object_keys(k.secret)) as names
    from ingest.connectors c join ingest.connector_kinds() k on k.kind = c.kind
   where c.name = $1`;

export function connectorRoutes({ pool, organizations, claimKey, secrets }: ConnectorOptions): Router {
  const router = Router();
  const put: RequestHandler<{ slug: string; name: string }> = async (request, response) => {
    const identity = identityOf(response);
    await organizations.find(identity, request.params.slug);
    const { secret } = parseInput(body, request.body, HINT);
    const settings = settingsFor(identity, String(response.locals.requestId), claimKey, request.ip);
    const { rows } = await inRequest(pool, settings, (client) =>
      client.query<Found>(FIND, [request.params.name]),
    );
    const connector = rows[0];
    if (!connector) {
      throw new AppError("NOT_FOUND", "there is no such connector, or you may not see it", {
        hint: "Check its name.",
      });
    }
    const unknown = Object.keys(secret ?? {}).find((name) => !connector.names.includes(name));
    if (unknown !== undefined) {
      throw new AppError("BAD_INPUT", `${unknown} is nothing of this kind's secret`, {
        hint: `It holds ${connector.names.join(", ")}.`,
        field: unknown,
      });
    }
    const sealed =
      secret === null ? null : secrets.seal(connectorPurpose(connector.id), JSON.stringify(secret));
    await inRequest(pool, asGateway(settings), (client) =>
      client.query("select private.put_connector_secret($1, $2)", [connector.id, sealed]),
    );
    response.set("Cache-Control", "no-store").json({ id: connector.id, hasSecret: sealed !== null });
  };
  router.get("/orgs/:slug/connector-presets", async (request, response) => {
    await organizations.find(identityOf(response), request.params.slug);
    const names = await presetNames();
    const presets = await Promise.all(names.map(async (name) => ({ name, ...(await readPreset(name)) })));
    response.set("Cache-Control", "no-store").json({ presets });
  });
  router.post("/orgs/:slug/connectors/:name/secret", express.json({ limit: MAX_BODY, strict: true }), put);
  return router;
}
