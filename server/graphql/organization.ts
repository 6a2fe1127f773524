/**
 * Each organization's own API, /orgs/<slug>/graphql: its datasets as types, from the views of org_<key> alone. Built
 * on first use, kept while it is used, built anew when the organization's datasets change.
 */
import type { RequestHandler } from "express";
import { LRUCache } from "lru-cache";
import type pg from "pg";
import { explain } from "../../lib/errors.ts";
import { identityOf } from "../auth/identify.ts";
import type { Listener } from "../listener.ts";
import type { Organization, Organizations } from "../organizations.ts";
import { AuditedReadsPlugin } from "./audited-reads.ts";
import { organizationPlugins } from "./datasets.ts";
import { createPgService } from "./pg-service.ts";
import { type ApiContext, sharedPreset } from "./preset.ts";
import { type Api, createApi } from "./serve.ts";

/** About 5 MB of heap each with ten datasets. */
const MAX_APIS = 50;

export const organizationPath = (slug: string): string => `/orgs/${slug}/graphql`;

export function organizationPreset(
  context: ApiContext,
  pool: pg.Pool,
  organization: Organization,
): GraphileConfig.Preset {
  const schema = `org_${organization.schemaKey}`;
  const shared = sharedPreset(context, organizationPath(organization.slug));
  return {
    ...shared,
    plugins: [...(shared.plugins ?? []), ...organizationPlugins(), AuditedReadsPlugin],
    pgServices: [createPgService({ pool, schemas: [schema], subscriber: null })],
  };
}

interface Entry {
  api: Promise<Api>;
  stop: Promise<() => void>;
}

export interface OrganizationApis {
  handle: RequestHandler<{ slug: string }>;
  /** How many are built, for the operator. */
  size(): number;
  close(): Promise<void>;
}

export function createOrganizationApis(options: {
  context: ApiContext;
  pool: pg.Pool;
  organizations: Organizations;
  listener: Listener;
}): OrganizationApis {
  const { context, pool, organizations, listener } = options;
  const { log } = context;

  // A request under way goes on with the API it began with: letting go only ends what the API holds by itself.
  const release = async (entry: Entry): Promise<void> => {
    await entry.stop.then((stop) => stop()).catch(() => undefined);
    await entry.api.then((api) => api.release()).catch(() => undefined);
  };
  const entries = new LRUCache<string, Entry>({ max: MAX_APIS, dispose: (entry) => void release(entry) });

  const build = (organization: Organization): Entry => {
    const drop = (): void => {
      if (entries.peek(organization.id) === entry) entries.delete(organization.id);
    };
    // Listening comes first: a change during the build is heard, and the build thrown away.
    const stop = listener.listen(`ddl:${organization.id}`, { onEvent: drop, onLost: drop });
    const api = stop.then(() => createApi(organizationPreset(context, pool, organization)));
    const entry: Entry = { api, stop };
    api.catch((error: unknown) => {
      log.error({ org_id: organization.id, err: explain(error) }, "an organization's API could not be built");
      drop();
    });
    return entry;
  };

  return {
    async handle(request, response, next) {
      const organization = await organizations.find(identityOf(response), request.params.slug);
      let entry = entries.get(organization.id);
      if (!entry) {
        entry = build(organization);
        entries.set(organization.id, entry);
      }
      const api = await entry.api;
      api.handle(request as never, response, next);
    },
    size: () => entries.size,
    async close() {
      const all = [...entries.values()];
      entries.clear();
      await Promise.all(all.map((entry) => entry.api.catch(() => undefined)));
    },
  };
}
