export const SEVERITIES = ["info", "warning", "error", "critical"] as const;
export type Severity = (typeof SEVERITIES)[number];
export const DIMENSIONS = [
  "completeness",
  "validity",
  "accuracy",
  "consistency",
  "uniqueness",
  "timeliness",
] as const;

export interface Score {
  checkId: string;
  runId: string | null;
  score: string;
  rules: number;
  failed: number;
  rowCount: string;
  checkedAt: string;
}

export interface Result {
  checkId: string;
  runId: string | null;
  ruleName: string;
  ruleId: string | null;
  fieldName: string;
  kind: string;
  dimension: string;
  severity: Severity;
  rowCount: string;
  failures: string;
  share: string;
  measured: string | null;
  passed: boolean;
  message: string;
  checkedAt: string;
}

/** A rule as the API takes it and suggestions give it. */
export interface Definition {
  name: string;
  kind: string;
  field?: string;
  fields?: string[];
  parameters?: Record<string, unknown>;
  severity?: Severity;
  scope?: string;
  action?: string;
  dimension?: string;
  max_failures?: number | null;
  max_share?: number | null;
  tags?: string[];
  description?: string;
  note?: string;
  confidence?: number;
  evidence?: string;
}

export interface Version {
  version: number;
  kind: string;
  fields: string[];
  parameters: Record<string, unknown>;
  severity: Severity;
  scope: string;
  action: string;
  dimension: string;
  maxFailures: string | null;
  maxShare: string | null;
  tags: string[];
  description: string;
  note: string;
  savedBy: string | null;
  createdAt: string;
}

export interface Rule {
  id: string;
  name: string;
  version: number;
  deployedVersion: number | null;
  enabled: boolean;
  origin: string;
  /** The set that it came from, and which of its rules it is. */
  setKey: string | null;
  setRule: string | null;
  ownerId: string | null;
  updatedAt: string;
  ruleVersions: { nodes: Version[] };
}

export type RuleState = "draft" | "deployed" | "off";

export function stateOf(rule: Pick<Rule, "deployedVersion" | "enabled">): RuleState {
  if (rule.deployedVersion === null) return "draft";
  return rule.enabled ? "deployed" : "off";
}

/** The version that loads are asked, else the newest. */
export function versionInForce(rule: Rule): Version | undefined {
  const versions = rule.ruleVersions.nodes;
  return versions.find(({ version }) => version === rule.deployedVersion) ?? versions[0];
}

export function definitionOf(name: string, version: Version): Definition {
  return {
    name,
    kind: version.kind,
    fields: version.fields,
    parameters: version.parameters,
    severity: version.severity,
    scope: version.scope,
    action: version.action,
    dimension: version.dimension,
    max_failures: version.maxFailures === null ? null : Number(version.maxFailures),
    max_share: version.maxShare === null ? null : Number(version.maxShare),
    tags: version.tags,
    description: version.description,
  };
}

export const fieldsOf = (definition: Definition): string[] =>
  definition.fields ?? (definition.field === undefined ? [] : [definition.field]);

export interface Incident {
  id: string;
  datasetId: string;
  ruleName: string;
  severity: Severity;
  title: string;
  state: "open" | "acknowledged" | "resolved";
  assigneeId: string | null;
  occurrences: number;
  firstCheck: string;
  lastCheck: string;
  openedAt: string;
  lastAt: string;
  dueAt: string;
  resolvedAt: string | null;
  resolvedBy: string | null;
  dataset: { name: string } | null;
}

export const INCIDENT = `id datasetId ruleName severity title state assigneeId occurrences firstCheck lastCheck
  openedAt lastAt dueAt resolvedAt resolvedBy dataset { name }`;

/** Weights of the score's formula. */
export const WEIGHT: Record<Severity, number> = { info: 0, warning: 1, error: 3, critical: 5 };

export const creditOf = (result: Pick<Result, "measured" | "passed" | "share">): number =>
  result.measured === null ? 1 - Number(result.share) : result.passed ? 1 : 0;

/** The formula over some of a check's results; null where nothing has a weight. */
export function scoreOf(results: readonly Result[]): number | null {
  let weights = 0;
  let earned = 0;
  for (const result of results) {
    const weight = WEIGHT[result.severity] ?? 0;
    weights += weight;
    earned += weight * creditOf(result);
  }
  return weights === 0 ? null : earned / weights;
}

export type Tone = "success" | "warning" | "error";
const GOOD = 0.98;
const FAIR = 0.9;
export const toneOf = (score: number): Tone =>
  score >= GOOD ? "success" : score >= FAIR ? "warning" : "error";
