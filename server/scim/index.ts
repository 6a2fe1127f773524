/**
 * SCIM 2.0 at /scim/v2: a directory keeps an organization's members and its own roles (as groups). The token names the
 * organization; every statement is a private.scim_* function that acts in that organization alone.
 */
import express, { type Request, type Response, Router } from "express";
import type pg from "pg";
import type { Logger } from "../../lib/log.ts";
import { bearerOf } from "../auth/identify.ts";
import { digestOf } from "../auth/opaque.ts";
import { inRequest } from "../database.ts";
import { SCIM_TYPE, scimError, tellScimErrors } from "./errors.ts";
import { conditionOf, type Kind } from "./filter.ts";
import { groupOf, patched, type Resource, userOf } from "./resources.ts";
import {
  describeSchemas,
  describeService,
  describeTypes,
  ENTERPRISE,
  GROUP,
  listOf,
  MAX_RESULTS,
  USER,
} from "./schemas.ts";

const MAX_BODY = "2mb";
const DEFAULT_RESULTS = 100;
const MAX_TOKEN = 100;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export interface ScimOptions {
  pool: pg.Pool;
  log: Logger;
  address(): string;
}

type Question = (text: string, values: unknown[]) => Promise<Resource | null>;

function wholeNumber(value: unknown, fallback: number): number {
  const number = Number.parseInt(String(value ?? ""), 10);
  return Number.isSafeInteger(number) && Math.abs(number) < 2 ** 31 ? number : fallback;
}

function tokenOf(request: Request): Buffer {
  const token = bearerOf(request.headers.authorization);
  if (!token || token.length > MAX_TOKEN) throw scimError(401, "a SCIM token is needed");
  return digestOf(token);
}

/** The names of `attributes` and `excludedAttributes`, lower case; only whole attributes are left out. */
function namesOf(value: unknown): Set<string> {
  return new Set(
    typeof value === "string"
      ? value
          .toLowerCase()
          .split(",")
          .slice(0, 50)
          .map((n) => n.trim())
      : [],
  );
}

function shaped(kind: Kind, resource: Resource, base: string, request: Request): Resource {
  const wanted = namesOf(request.query.attributes);
  const unwanted = namesOf(request.query.excludedAttributes);
  const kept = Object.entries(resource).filter(([name]) => {
    if (name === "id" || name === "meta") return true;
    const lower = name.toLowerCase();
    const asked = [...wanted].some(
      (w) => w === lower || w.startsWith(`${lower}.`) || w.startsWith(`${lower}:`),
    );
    return (wanted.size === 0 || asked) && !unwanted.has(lower);
  });
  const schemas = kind === "Group" ? [GROUP] : resource[ENTERPRISE] ? [USER, ENTERPRISE] : [USER];
  const meta = { ...(resource.meta as Resource), location: `${base}/${kind}s/${String(resource.id)}` };
  return { schemas, ...Object.fromEntries(kept), meta };
}

export function scimRoutes({ pool, log, address }: ScimOptions): Router {
  const router = Router();
  const base = (): string => `${address().replace(/\/$/, "")}/scim/v2`;
  const send = (response: Response, body: unknown, status = 200): void => {
    response.status(status).set("Cache-Control", "no-store").type(SCIM_TYPE).send(JSON.stringify(body));
  };
  const within = <T>(
    request: Request,
    response: Response,
    work: (ask: Question) => Promise<T>,
  ): Promise<T> => {
    const settings = {
      "cadastre.request_id": String(response.locals.requestId ?? ""),
      "cadastre.ip": request.ip ?? "",
    };
    return inRequest(pool, settings, (client) =>
      work(async (text, values) => {
        const { rows } = await client.query<{ answer: Resource | null }>(`select ${text} as answer`, values);
        return rows[0]?.answer ?? null;
      }),
    );
  };
  const none = (): Error => scimError(404, "there is no such resource");
  const put = (
    ask: Question,
    kind: Kind,
    hash: Buffer,
    id: string | null,
    body: unknown,
  ): Promise<Resource | null> => {
    const user = kind === "User";
    const content = JSON.stringify(user ? userOf(body) : groupOf(body));
    return ask(`private.scim_put_${user ? "user" : "group"}($1, $2, $3)`, [hash, id, content]);
  };

  router.use((request, _response, next) => {
    tokenOf(request);
    next();
  });
  router.use(express.json({ limit: MAX_BODY, strict: true, type: ["application/json", SCIM_TYPE] }));
  router.use((request, _response, next) => {
    const hasBody = ["POST", "PUT", "PATCH"].includes(request.method);
    if (hasBody && !request.is(["application/json", SCIM_TYPE])) {
      throw scimError(415, `send ${SCIM_TYPE}`);
    }
    next();
  });

  // Also what is the same for everybody is told to holders of a token alone.
  const describe = (path: string, make: () => object): void => {
    router.get(path, async (request, response) => {
      await within(request, response, (ask) => ask("private.scim_get($1, 'Group', '')", [tokenOf(request)]));
      send(response, make());
    });
  };
  describe("/ServiceProviderConfig", () => describeService(base()));
  describe("/ResourceTypes", () => listOf(describeTypes(base())));
  describe("/Schemas", () => listOf(describeSchemas(base())));

  for (const kind of ["User", "Group"] as const) {
    const path = `/${kind}s`;
    router.get(path, async (request, response) => {
      const filter = conditionOf(kind, request.query.filter);
      const start = Math.max(1, wholeNumber(request.query.startIndex, 1));
      const count = Math.min(MAX_RESULTS, Math.max(0, wholeNumber(request.query.count, DEFAULT_RESULTS)));
      const answer = await within(request, response, (ask) =>
        ask("private.scim_list($1, $2, $3, $4, $5)", [
          tokenOf(request),
          kind,
          filter ? JSON.stringify(filter) : null,
          start,
          count,
        ]),
      );
      const page = answer as { total: number; resources: Resource[] };
      const resources = page.resources.map((r) => shaped(kind, r, base(), request));
      send(response, listOf(resources, page.total, start));
    });
    router.get(`${path}/:id`, async (request, response) => {
      const found = await within(request, response, (ask) =>
        ask("private.scim_get($1, $2, $3)", [tokenOf(request), kind, request.params.id]),
      );
      if (!found) throw none();
      send(response, shaped(kind, found, base(), request));
    });
    router.post(path, async (request, response) => {
      const made = await within(request, response, (ask) =>
        put(ask, kind, tokenOf(request), null, request.body),
      );
      const resource = shaped(kind, made!, base(), request);
      response.set("Location", String((resource.meta as Resource).location));
      send(response, resource, 201);
    });
    router.put(`${path}/:id`, async (request, response) => {
      const id = String(request.params.id);
      if (kind === "User" && !UUID.test(id)) throw none();
      const changed = await within(request, response, (ask) =>
        put(ask, kind, tokenOf(request), id, request.body),
      );
      if (!changed) throw none();
      send(response, shaped(kind, changed, base(), request));
    });
    router.patch(`${path}/:id`, async (request, response) => {
      const id = String(request.params.id);
      const changed = await within(request, response, async (ask) => {
        const hash = tokenOf(request);
        const before = await ask("private.scim_get($1, $2, $3, true)", [hash, kind, id]);
        return before ? put(ask, kind, hash, id, patched(kind, before, request.body)) : null;
      });
      if (!changed) throw none();
      send(response, shaped(kind, changed, base(), request));
    });
    router.delete(`${path}/:id`, async (request, response) => {
      const gone = await within(request, response, (ask) =>
        ask("to_jsonb(private.scim_delete($1, $2, $3))", [tokenOf(request), kind, request.params.id]),
      );
      if (!gone) throw none();
      response.status(204).end();
    });
  }
  router.use(() => {
    throw scimError(404, "there is nothing at this address");
  });
  router.use(tellScimErrors(log));
  return router;
}
