/** Quality as the platform API tells it. */
import type { Nodes } from "../access/api.ts";
import { NOW_AND_THEN_MS, useAsked } from "../connectors/useAsked.ts";
import { INCIDENT, type Incident, type Result, type Rule, type Score } from "./types.ts";

const SCORE = "checkId runId score rules failed rowCount checkedAt";
const RESULT =
  "checkId runId ruleName ruleId fieldName kind dimension severity rowCount failures share measured passed message checkedAt";
const VERSION = `version kind fields parameters severity scope action dimension maxFailures maxShare tags
  description note savedBy createdAt`;
const RULE = "id name version deployedVersion enabled origin setKey setRule ownerId updatedAt";

export interface QualityDataset {
  id: string;
  name: string;
  title: string;
  rowCount: string;
  loadedAt: string | null;
}

const DATASET = `query QualityDataset($name: String!) {
  datasets(first: 1, filter: { name: { equalTo: $name } }) { nodes { id name title rowCount loadedAt } }
}`;

/** The dataset of a room; null: there is none, undefined: not known yet. */
export function useQualityDataset(name: string) {
  const { data, error } = useAsked<{ datasets: Nodes<QualityDataset> }>(DATASET, { name });
  return { dataset: data ? (data.datasets.nodes[0] ?? null) : undefined, error };
}

interface Rated {
  dataset: string;
  score: number;
  rules: number;
  failed: number;
  at: string;
}

const OVERVIEW = `query QualityOverview {
  rateOrganization
  datasets(first: 1000, orderBy: [NAME_ASC]) { nodes { id name } }
  scores(first: 1000, orderBy: [CHECKED_AT_DESC]) { nodes { datasetId score } }
  incidents(first: 500, filter: { state: { notEqualTo: "resolved" } }) { nodes { datasetId severity } }
}`;

export function useOverview() {
  const { data, error } = useAsked<{
    rateOrganization: { score: number | null; datasets: Rated[] };
    datasets: Nodes<{ id: string; name: string }>;
    scores: Nodes<{ datasetId: string; score: string }>;
    incidents: Nodes<{ datasetId: string; severity: string }>;
  }>(OVERVIEW, {}, { every: () => NOW_AND_THEN_MS });
  return { overview: data, error };
}

const SHOWN_SCORES = 60;
const CARD = `query Scorecard($id: UUID!) {
  scores(first: ${SHOWN_SCORES}, filter: { datasetId: { equalTo: $id } }, orderBy: [CHECKED_AT_DESC]) { nodes { ${SCORE} } }
  incidents(first: 100, filter: { datasetId: { equalTo: $id }, state: { notEqualTo: "resolved" } }, orderBy: [OPENED_AT_DESC]) {
    nodes { ${INCIDENT} }
  }
}`;

/** Scores newest first, and the open incidents. */
export function useScorecard(id: string) {
  const { data, error } = useAsked<{ scores: Nodes<Score>; incidents: Nodes<Incident> }>(
    CARD,
    { id },
    { every: () => NOW_AND_THEN_MS },
  );
  return { scores: data?.scores.nodes, incidents: data?.incidents.nodes, error };
}

const CHECK = `query CheckResults($id: UUID!, $check: UUID!) {
  results(first: 1000, filter: { datasetId: { equalTo: $id }, checkId: { equalTo: $check } }, orderBy: [PASSED_ASC, RULE_NAME_ASC]) {
    nodes { ${RESULT} }
  }
}`;

/** What every rule found in one check, failed ones first. */
export function useResults(id: string, check: string | undefined): Result[] | undefined {
  const { data } = useAsked<{ results: Nodes<Result> }>(CHECK, { id, check }, { enabled: Boolean(check) });
  return data?.results.nodes;
}

const TREND_RESULTS = 1000;
const RULES = `query DatasetRules($id: UUID!) {
  rules(first: 500, filter: { datasetId: { equalTo: $id } }, orderBy: [NAME_ASC]) {
    nodes { ${RULE} ruleVersions(first: 3, orderBy: [VERSION_DESC]) { nodes { ${VERSION} } } }
  }
  results(first: ${TREND_RESULTS}, filter: { datasetId: { equalTo: $id }, ruleId: { isNull: false } }, orderBy: [CHECKED_AT_DESC]) {
    nodes { ${RESULT} }
  }
}`;

/** Rules, and each one's results, newest first, among the dataset's newest thousand. */
export function useRules(id: string) {
  const { data, error } = useAsked<{ rules: Nodes<Rule>; results: Nodes<Result> }>(RULES, { id });
  return {
    rules: data?.rules.nodes,
    results: Map.groupBy(data?.results.nodes ?? [], (result) => result.ruleName),
    error,
  };
}

const ONE = `query OneRule($id: UUID!, $name: String!) {
  rules(first: 1, filter: { datasetId: { equalTo: $id }, name: { equalTo: $name } }) {
    nodes { ${RULE} ruleVersions(first: 100, orderBy: [VERSION_DESC]) { nodes { ${VERSION} } } }
  }
  results(first: 60, filter: { datasetId: { equalTo: $id }, ruleName: { equalTo: $name } }, orderBy: [CHECKED_AT_DESC]) {
    nodes { ${RESULT} }
  }
}`;

/** A rule with all its versions, newest first; null where there is none. */
export function useRule(id: string, name: string) {
  const { data, error } = useAsked<{ rules: Nodes<Rule>; results: Nodes<Result> }>(ONE, { id, name });
  return { rule: data ? (data.rules.nodes[0] ?? null) : undefined, results: data?.results.nodes, error };
}

export interface FailingRow {
  no: number;
  line: string | null;
  record: Record<string, unknown>;
}

const FAILING = `query FailingRows($id: UUID!, $check: UUID!, $rule: String!) {
  failingRows(first: 100, orderBy: [NO_ASC],
    filter: { datasetId: { equalTo: $id }, checkId: { equalTo: $check }, ruleName: { equalTo: $rule } }) {
    nodes { no line record }
  }
}`;

export function useFailingRows(
  id: string,
  check: string | undefined,
  rule: string,
): FailingRow[] | undefined {
  const { data } = useAsked<{ failingRows: Nodes<FailingRow> }>(
    FAILING,
    { id, check, rule },
    { enabled: Boolean(check) },
  );
  return data?.failingRows.nodes;
}
