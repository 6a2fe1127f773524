/** What makes an organization's API out of its datasets' views: aggregates, names that cannot collide. */
import { PgAggregatesPreset } from "@graphile/pg-aggregates";

export function organizationPlugins(): GraphileConfig.Plugin[] {
  return [...(PgAggregatesPreset.plugins ?? [])];
}
