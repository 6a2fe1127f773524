/** Legal holds, as the platform API tells them. */
import type { Nodes } from "../access/api.ts";
import { useRoleName } from "../access/names.ts";
import { useCatalog } from "../access/useCatalog.ts";
import { useAsked } from "../connectors/useAsked.ts";

export interface Hold {
  id: string;
  /** Null: everything that the organization has. */
  datasetId: string | null;
  /** Null: the whole dataset or organization. */
  rowCount: number | null;
  reason: string;
  placedBy: string | null;
  placedAt: string;
  releasedBy: string | null;
  releasedAt: string | null;
  releaseReason: string | null;
  /** When it lapses by itself, after notice; null: never. */
  endsAt: string | null;
  noticedAt: string | null;
  /** It ended by its date. */
  lapsed: boolean;
}

export interface HoldDataset {
  id: string;
  name: string;
  keyFields: string[];
  retentionRuleByDatasetId: { action: string } | null;
}

const SHOWN = 500;
const HOLDS = `query LegalHolds {
  legalHolds(first: ${SHOWN}, orderBy: [PLACED_AT_DESC, PRIMARY_KEY_ASC]) {
    nodes { id datasetId rowCount reason placedBy placedAt releasedBy releasedAt releaseReason endsAt noticedAt lapsed }
  }
  datasets(first: 1000, orderBy: [NAME_ASC]) { nodes { id name keyFields retentionRuleByDatasetId { action } } }
}`;

/** The newest holds, released ones too, and the datasets that they are about. */
export function useHolds(enabled = true) {
  const { data, error } = useAsked<{ legalHolds: Nodes<Hold>; datasets: Nodes<HoldDataset> }>(
    HOLDS,
    {},
    { enabled },
  );
  return { holds: data?.legalHolds.nodes, datasets: data?.datasets.nodes ?? [], error };
}

/** Holds in force on all of a dataset: its own, or the organization's; the oldest first, as the database names it. */
export const wholeHolds = (holds: Hold[] | undefined, datasetId: string): Hold[] =>
  (holds ?? [])
    .filter(
      (hold) =>
        !hold.releasedAt && !hold.rowCount && (hold.datasetId === null || hold.datasetId === datasetId),
    )
    .reverse();

/** Holds in force on single rows of a dataset. */
export const rowHolds = (holds: Hold[] | undefined, datasetId: string): Hold[] =>
  (holds ?? []).filter((hold) => !hold.releasedAt && hold.rowCount && hold.datasetId === datasetId);

/** Names of the roles that may release a hold. */
export function useReleasers(): string {
  const { catalog } = useCatalog();
  const roleName = useRoleName();
  if (!catalog) return "…";
  const may = (id: `system:${string}` | `own:${string}`) =>
    catalog.sourceOf(id, "compliance.approve") !== null;
  return [
    ...catalog.roles.filter(({ key }) => may(`system:${key}`)).map(({ key }) => roleName(key)),
    ...catalog.ownRoles.filter(({ key }) => may(`own:${key}`)).map(({ title }) => title),
  ].join(", ");
}
