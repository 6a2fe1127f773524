/**
 * What of federation and SQL logins needs the server: client secrets are sealed with a key that PostgreSQL does not
 * have, SCIM tokens are made here and kept as a hash, domains are looked up in the DNS, and an SQL login's password is
 * handed out once as a connection string. Who may, the database decides; the rest of federation is in GraphQL.
 */
import { randomBytes } from "node:crypto";
import { Resolver } from "node:dns/promises";
import express, { type Request, type Response, Router } from "express";
import type pg from "pg";
import { z } from "zod";
import { AppError } from "../../lib/errors.ts";
import type { AuthParts } from "../auth/context.ts";
import { identityOf } from "../auth/identify.ts";
import { secretPurpose } from "../auth/oidc-providers.ts";
import { digestOf } from "../auth/opaque.ts";
import { asGateway, inRequest, type Settings, settingsFor } from "../database.ts";
import { parseInput } from "./input.ts";

const MAX_BODY = "32kb";
const MAX_RECORDS = 50;
const DNS_MS = 3000;
const HINT = "docs/reference/federation.md lists the fields.";
const PREFIX = "scim_";

const providerBody = z.strictObject({
  name: z.string().max(40),
  title: z.string().min(1).max(200),
  kind: z.enum(["oidc", "google", "cognito", "github"]),
  issuer: z.string().max(500).optional(),
  clientId: z.string().min(1).max(500),
  clientSecret: z.string().min(1).max(1000).optional(),
  scopes: z.array(z.string().min(1).max(100)).min(1).max(20).optional(),
  claims: z
    .partialRecord(z.enum(["email", "email_verified", "name", "organization"]), z.string().min(1).max(100))
    .default({}),
  trustedDomains: z.array(z.string().max(253)).max(100).default([]),
  joinMembers: z.boolean().default(false),
  defaultRole: z.string().max(40).default("viewer"),
  enabled: z.boolean().default(true),
});
const PRESET_ISSUER: Record<string, string> = {
  google: "https://accounts.google.com",
  github: "https://github.com",
};

const tokenBody = z.strictObject({
  name: z.string().min(1).max(200),
  days: z.number().int().min(1).max(730).default(365),
  defaultRole: z.string().max(40).default("viewer"),
});
const loginBody = z.strictObject({
  action: z.enum(["create", "rotate"]).default("create"),
  userId: z.uuid().optional(),
  days: z.number().positive().max(3650).optional(),
});

export interface SqlAddress {
  host: string;
  port: number;
  database: string;
  /** From where it can be reached. */
  hint: string;
}

/** Where SQL logins connect to: SQL_HOST and SQL_PORT, else where the server itself does. */
export function sqlAddress(gatewayUrl: string, env: NodeJS.ProcessEnv = process.env): SqlAddress {
  const url = new URL(gatewayUrl);
  const host = env.SQL_HOST || url.hostname;
  const port = Number(env.SQL_PORT || url.port || 5432);
  const local = ["127.0.0.1", "localhost", "[::1]"].includes(host);
  return {
    host,
    port,
    database: decodeURIComponent(url.pathname.slice(1)),
    hint: local
      ? "Reachable from the machine that runs the database alone. From elsewhere: through an SSH tunnel, or with a PostgreSQL that listens on the network, named by SQL_HOST and SQL_PORT."
      : `Reachable wherever ${host}:${port} is, from the organization's SQL networks.`,
  };
}

export function connectionString(address: SqlAddress, role: string, password: string): string {
  const secret = encodeURIComponent(password);
  return `postgresql://${role}:${secret}@${address.host}:${address.port}/${encodeURIComponent(address.database)}`;
}

/** TXT records of a name; none when there are none. DNS_SERVERS names other servers than the system's. */
async function textRecords(name: string): Promise<string[]> {
  const resolver = new Resolver({ timeout: DNS_MS, tries: 2 });
  if (process.env.DNS_SERVERS) resolver.setServers(process.env.DNS_SERVERS.split(","));
  try {
    const records = await resolver.resolveTxt(name);
    return records.slice(0, MAX_RECORDS).map((parts) => parts.join("").slice(0, 500));
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (code === "ENOTFOUND" || code === "ENODATA") return [];
    throw new AppError("UNAVAILABLE", "the domain's records cannot be looked up", {
      hint: "Try again in a moment.",
      cause: error,
    });
  }
}

export function federationRoutes(parts: AuthParts, gatewayUrl: string): Router {
  const { pool, claimKey, secrets } = parts;
  const router = Router();
  router.use("/access/v1", express.json({ limit: MAX_BODY, strict: true }));

  const ask = async <R extends pg.QueryResultRow>(
    request: Request,
    response: Response,
    text: string,
    values: unknown[],
    how: (settings: Settings) => Partial<Settings> = (settings) => settings,
  ): Promise<R[]> => {
    const identity = identityOf(response);
    if (!identity) {
      throw new AppError("UNAUTHENTICATED", "this needs a signed-in person", {
        hint: "Sign in at POST /auth/login and send the access token as `Authorization: Bearer <token>`.",
      });
    }
    const own = settingsFor(identity, String(response.locals.requestId ?? ""), claimKey, request.ip ?? "");
    const { rows } = await inRequest(pool, how(own), (client) => client.query<R>(text, values));
    return rows;
  };

  router.post("/access/v1/identity-providers", async (request, response) => {
    const body = parseInput(providerBody, request.body, HINT);
    const [organization] = await ask<{ slug: string }>(
      request,
      response,
      "select slug from tenancy.organizations where id = (select private.org_id())",
      [],
    );
    const address = organization ? `${organization.slug}.${body.name}` : body.name;
    const [row] = await ask<{ id: string; name: string }>(
      request,
      response,
      "select id, name from private.put_identity_provider($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
      [
        body.name,
        body.title,
        body.kind,
        body.issuer ?? PRESET_ISSUER[body.kind] ?? null,
        body.clientId,
        body.clientSecret === undefined ? null : secrets.seal(secretPurpose(address), body.clientSecret),
        body.scopes ?? null,
        JSON.stringify(body.claims),
        body.trustedDomains,
        body.joinMembers,
        body.defaultRole,
        body.enabled,
      ],
      asGateway,
    );
    const callbackUrl = `${parts.address().replace(/\/$/, "")}/auth/oidc/${address}/callback`;
    response.status(201).json({ id: row!.id, address, callbackUrl });
  });

  router.post("/access/v1/domains/:domain/verify", async (request, response) => {
    const domain = String(request.params.domain).toLowerCase();
    // Only names of the organization's own list are looked up.
    const [named] = await ask(request, response, "select 1 from access.domains where domain = $1", [domain]);
    const records = named ? await textRecords(`_cadastre.${domain}`) : [];
    const [row] = await ask<{ answer: unknown }>(
      request,
      response,
      "select private.domain_seen($1, $2) as answer",
      [domain, records],
      asGateway,
    );
    response.json(row!.answer);
  });

  router.post("/access/v1/scim-tokens", async (request, response) => {
    const body = parseInput(tokenBody, request.body, HINT);
    const token = PREFIX + randomBytes(32).toString("base64url");
    const [row] = await ask<{ id: string; expires_at: Date }>(
      request,
      response,
      "select id, expires_at from private.create_scim_token($1, $2, $3, make_interval(days => $4), $5)",
      [body.name, token.slice(0, 10), digestOf(token), body.days, body.defaultRole],
      asGateway,
    );
    response
      .status(201)
      .set("Cache-Control", "no-store")
      .json({ id: row!.id, token, expiresAt: row!.expires_at, baseUrl: `${parts.address()}/scim/v2` });
  });

  router.post("/access/v1/sql-logins", async (request, response) => {
    const body = parseInput(loginBody, request.body ?? {}, HINT);
    const userId = body.userId ?? identityOf(response)?.userId ?? null;
    const rotate = body.action === "rotate";
    const [row] = await ask<{ role_name: string; password: string }>(
      request,
      response,
      rotate
        ? "select role_name, password from access.rotate_sql_login($1)"
        : "select role_name, password from access.create_sql_login($1, make_interval(secs => $2))",
      rotate ? [userId] : [userId, body.days === undefined ? null : body.days * 86_400],
    );
    const address = sqlAddress(gatewayUrl);
    response
      .status(201)
      .set("Cache-Control", "no-store")
      .json({
        url: connectionString(address, row!.role_name, row!.password),
        role: row!.role_name,
        password: row!.password,
        ...address,
      });
  });
  return router;
}
