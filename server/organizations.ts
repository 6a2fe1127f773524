/** Which organization an address and a token mean, and whether they mean the same one. */
import { LRUCache } from "lru-cache";
import type pg from "pg";
import { AppError } from "../lib/errors.ts";
import type { Identity } from "./auth/tokens.ts";
import { inRequest, settingsFor } from "./database.ts";

export interface Organization {
  id: string;
  slug: string;
  /** Names its schemas: org_<key>, store_<key>. */
  schemaKey: string;
}

const MAX_CACHED = 5000;
/** How long a renamed organization still answers to its old name. */
const CACHE_MS = 60_000;

export interface Organizations {
  /**
   * The token's organization, when it is the one of the address. Errors: AppError NOT_FOUND, the same for an
   * organization that does not exist and for one that the token is not for.
   */
  find(identity: Identity | null, slug: string): Promise<Organization>;
}

export function createOrganizations(pool: pg.Pool, claimKey: Buffer): Organizations {
  const byId = new LRUCache<string, Organization>({ max: MAX_CACHED, ttl: CACHE_MS });

  const load = async (identity: Identity): Promise<Organization | null> => {
    const known = byId.get(identity.orgId!);
    if (known) return known;
    const { rows } = await inRequest(pool, settingsFor(identity, "organization", claimKey), (client) =>
      client.query<{ id: string; slug: string; schema_key: string }>(
        "select id, slug, schema_key from tenancy.organizations where id = $1",
        [identity.orgId],
      ),
    );
    const row = rows[0];
    if (!row) return null;
    const organization = { id: row.id, slug: row.slug, schemaKey: row.schema_key };
    byId.set(row.id, organization);
    return organization;
  };

  return {
    async find(identity, slug) {
      if (!identity) {
        throw new AppError("UNAUTHENTICATED", "this needs a signed-in person", {
          hint: "Sign in at POST /auth/login and send the access token as `Authorization: Bearer <token>`.",
        });
      }
      const organization = identity.orgId ? await load(identity) : null;
      if (organization?.slug === slug) return organization;
      throw new AppError("NOT_FOUND", "there is no such organization, or you are not signed in to it", {
        hint: "Sign in to it, or change over with POST /auth/switch.",
      });
    },
  };
}
