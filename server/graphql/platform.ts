/** The platform API, /graphql: the domain schemas as their grants show them. */
import type pg from "pg";
import type { Listener } from "../listener.ts";
import { ChangeSubscriptionsPlugin } from "./change-subscriptions.ts";
import { HiddenPlugin, TenantKeysPlugin } from "./naming.ts";
import { createPgService } from "./pg-service.ts";
import { type ApiContext, sharedPreset } from "./preset.ts";
import { type Api, createApi } from "./serve.ts";
import { RunSubscriptionsPlugin } from "./subscriptions.ts";

export const PLATFORM_SCHEMAS = ["tenancy", "access", "data", "quality", "ingest", "lineage", "audit", "ops"];
export const PLATFORM_PATH = "/graphql";

export function platformPreset(
  context: ApiContext,
  pool: pg.Pool,
  subscriber: Listener | null,
): GraphileConfig.Preset {
  const shared = sharedPreset(context, PLATFORM_PATH);
  return {
    ...shared,
    plugins: [
      ...(shared.plugins ?? []),
      TenantKeysPlugin,
      HiddenPlugin,
      RunSubscriptionsPlugin,
      ChangeSubscriptionsPlugin,
    ],
    schema: { ...shared.schema, dontSwallowErrors: true },
    pgServices: [createPgService({ pool, schemas: PLATFORM_SCHEMAS, typeSchemas: ["public"], subscriber })],
  };
}

export function createPlatformApi(
  context: ApiContext,
  pool: pg.Pool,
  subscriber: Listener | null,
): Promise<Api> {
  return createApi(platformPreset(context, pool, subscriber));
}
