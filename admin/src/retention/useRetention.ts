/** Retention rules, archives and what runs did, as the platform API tells them. */
import { useTranslate } from "react-admin";
import type { Nodes } from "../access/api.ts";
import { formatNumber } from "../components/format.ts";
import { useLanguage } from "../components/useLanguage.ts";
import type { Failure } from "../connectors/types.ts";
import { NOW_AND_THEN_MS, SOON_MS, useAsked } from "../connectors/useAsked.ts";

export type Action = "archive" | "remove";

export interface Rule {
  keepVersions: number | null;
  keepDays: number | null;
  action: Action;
  lastRunAt: string | null;
  lastResult: {
    removed?: number;
    archived?: number;
    archives?: number;
    refused?: "held" | "attached" | null;
  } | null;
  nextRunAt: string;
}

export interface Retained {
  id: string;
  name: string;
  historyFrom: string | null;
  rule: Rule | null;
}

export interface Archive {
  id: string;
  datasetId: string;
  state: "writing" | "archived" | "attached";
  objectKey: string;
  rowCount: string;
  sizeBytes: string;
  validToMin: string | null;
  validToMax: string | null;
  archivedAt: string | null;
  attachedUntil: string | null;
  attachAskedAt: string | null;
  attachError: Failure | null;
}

const RULE = "retentionRuleByDatasetId { keepVersions keepDays action lastRunAt lastResult nextRunAt }";
const DATASET = `id name historyFrom ${RULE}`;
const ARCHIVE = `id datasetId state objectKey rowCount sizeBytes validToMin validToMax archivedAt attachedUntil
  attachAskedAt attachError`;
const MOST = 1000;

type Told = Omit<Retained, "rule"> & { retentionRuleByDatasetId: Rule | null };
const retained = ({ retentionRuleByDatasetId: rule, ...dataset }: Told): Retained => ({ ...dataset, rule });

const LIST = `query Retention {
  datasets(first: ${MOST}, orderBy: [NAME_ASC]) { nodes { ${DATASET} } }
  archives(first: ${MOST}, filter: { state: { notEqualTo: "writing" } }) { totalCount nodes { datasetId rowCount sizeBytes } }
}`;

export type Shelved = Pick<Archive, "datasetId" | "rowCount" | "sizeBytes">;

/** Every dataset with its rule, those that have one first. */
export function useRetentionList() {
  const { data, error } = useAsked<{
    datasets: Nodes<Told>;
    archives: Nodes<Shelved> & { totalCount: number };
  }>(LIST, {}, { every: () => NOW_AND_THEN_MS });
  const rows = data?.datasets.nodes
    .map(retained)
    .sort((a, b) => Number(b.rule !== null) - Number(a.rule !== null));
  const archives = data?.archives;
  return {
    rows,
    archives: archives?.nodes ?? [],
    more: (archives?.totalCount ?? 0) > MOST,
    error,
  };
}

export const SHOWN_ARCHIVES = 200;
const ONE = `query RetentionOf($name: String!) {
  datasets(first: 1, filter: { name: { equalTo: $name } }) { nodes { ${DATASET} } }
  archives(first: ${SHOWN_ARCHIVES}, orderBy: [VALID_TO_MAX_DESC, PRIMARY_KEY_ASC],
    filter: { dataset: { name: { equalTo: $name } }, state: { notEqualTo: "writing" } }) { totalCount nodes { ${ARCHIVE} } }
}`;

const onItsWay = ({ state, attachAskedAt, attachError }: Archive): boolean =>
  state === "archived" && attachAskedAt !== null && attachError === null;

export { onItsWay };

/** One dataset's rule and archives; null: there is none of that name. Asked again soon while something is under way. */
export function useRetention(name: string, busy = false) {
  const { data, error } = useAsked<{
    datasets: Nodes<Told>;
    archives: Nodes<Archive> & { totalCount: number };
  }>(
    ONE,
    { name },
    { every: (found) => (busy || found?.archives.nodes.some(onItsWay) ? SOON_MS : NOW_AND_THEN_MS) },
  );
  const told = data?.datasets.nodes[0];
  return {
    dataset: data ? (told ? retained(told) : null) : undefined,
    archives: data?.archives.nodes,
    archiveCount: data?.archives.totalCount ?? 0,
    error,
  };
}

export interface Preview {
  versions: number;
  /** More than that are beyond the rule. */
  more: boolean;
  oldest: string | null;
  newest: string | null;
  unit: "day" | "month" | "year";
  spans: { from: string; versions: number }[];
  timeZone: string;
  heldRows: number;
  attachedUntil: string | null;
}

const PREVIEW = `query RetentionPreview($datasetId: UUID!, $keepVersions: Int, $keepDays: Int) {
  preview: previewRetention(datasetId: $datasetId, keepVersions: $keepVersions, keepDays: $keepDays)
}`;

export interface Limits {
  keepVersions: number | null;
  keepDays: number | null;
}

/** What a run with such a rule would move; nothing is asked where it keeps everything. */
export function usePreview(datasetId: string, { keepVersions, keepDays }: Limits) {
  const enabled = keepVersions !== null || keepDays !== null;
  const { data, error } = useAsked<{ preview: Preview }>(
    PREVIEW,
    { datasetId, keepVersions, keepDays },
    { enabled },
  );
  return { preview: enabled ? data?.preview : null, error };
}

const RUNS = `query RetentionRuns($id: String!) {
  events(first: 50, orderBy: [AT_DESC, PRIMARY_KEY_ASC], filter: { objectId: { equalTo: $id }, or: [
    { action: { in: ["history.archive", "history.remove", "history.attach", "history.look"] } },
    { action: { startsWith: "retention." } }] }) { nodes { id at actorId actorKind action detail } }
}`;

export interface RunEvent {
  id: string;
  at: string;
  actorId: string | null;
  actorKind: string;
  action: string;
  detail: { versions?: number; keep_versions?: number | null; keep_days?: number | null; action?: Action };
}

/** What the trail has of a dataset's retention, newest first; for whoever sees the trail. */
export function useRuns(datasetId: string, enabled: boolean) {
  const { data } = useAsked<{ events: Nodes<RunEvent> }>(
    RUNS,
    { id: datasetId },
    { enabled, every: () => NOW_AND_THEN_MS },
  );
  return data?.events.nodes;
}

/** A rule as a sentence. */
export function useRuleText(): (rule: (Limits & { action: Action }) | null) => string {
  const translate = useTranslate();
  return (rule) => {
    if (!rule) return translate("app.retention.everything");
    const versions =
      rule.keepVersions === null
        ? null
        : translate("app.retention.versions_kept", { smart_count: rule.keepVersions });
    const days =
      rule.keepDays === null ? null : translate("app.retention.days_kept", { smart_count: rule.keepDays });
    const kept =
      versions && days ? translate("app.retention.both", { versions, days }) : (versions ?? days ?? "");
    return translate("app.retention.rule_text", {
      kept,
      after: translate(`app.retention.becomes.${rule.action}`),
    });
  };
}

/** What a run did, as a sentence. */
export function useResultText(): (rule: Rule) => string {
  const translate = useTranslate();
  const locale = useLanguage();
  return ({ lastRunAt, lastResult }) => {
    if (!lastRunAt) return translate("app.retention.never");
    if (lastResult?.refused) return translate(`app.retention.refused.${lastResult.refused}`);
    const parts = (["archived", "removed"] as const).flatMap((what) => {
      const count = lastResult?.[what] ?? 0;
      if (count === 0) return [];
      // polyglot puts the count in as it is.
      return [
        translate(`app.retention.${what}`, { smart_count: count }).replace(
          String(count),
          formatNumber(locale, count),
        ),
      ];
    });
    return parts.join(", ") || translate("app.retention.moved_none");
  };
}
