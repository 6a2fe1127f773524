/** What a load's end means for whoever loads: counts, the rules that failed, and what can be done next. */
import type pg from "pg";

export interface FailedRule {
  rule: string;
  severity: string;
  failures: number;
  rows: number;
  message: string;
}

export interface RunState {
  id: string;
  org: string;
  status: string;
  rejected: number;
  error: { code: string; message: string; hint?: string | null } | null;
  failedRules: FailedRule[];
}

/** Held for a contract, or changes of one, that a person decides. */
const CONTRACT_WAITS = new Set(["IN022", "IN023"]);
const MAX_RULES = 100;
const SHOWN_RULES = 10;

/** Rules that the run's rows broke, the gravest first. */
export async function failedRules(client: pg.PoolClient, run: string): Promise<FailedRule[]> {
  const { rows } = await client.query<FailedRule>(
    `select q.rule_name as rule, q.severity, q.failures::float8 as failures, q.row_count::float8 as rows, q.message
       from quality.results q join ingest.runs r on r.org_id = q.org_id and r.id = q.check_id
      where r.id = $1 and not q.passed
      order by array_position(array['critical', 'error', 'warning', 'info'], q.severity), q.failures desc, q.rule_name
      limit $2`,
    [run, MAX_RULES],
  );
  return rows;
}

const number = (n: number): string => n.toLocaleString("en-US");

function ruleLines(rules: readonly FailedRule[]): string[] {
  if (rules.length === 0) return [];
  const lines = rules
    .slice(0, SHOWN_RULES)
    .map((r) => `  ${r.severity.padEnd(8)} ${r.rule}: ${number(r.failures)} of ${number(r.rows)} rows fail`);
  const more = rules.length > SHOWN_RULES ? [`  and ${rules.length - SHOWN_RULES} more`] : [];
  return ["Rules that failed:", ...lines, ...more];
}

function nextSteps({ id, org, status, rejected, error }: RunState): string[] {
  const of = `${id} --org ${org}`;
  if (status === "held" && error !== null && CONTRACT_WAITS.has(error.code))
    return [`See what: cadastre contract show ${of}`, `Then: cadastre contract accept|refuse ${of}`];
  if (status === "held")
    return [
      `See why: cadastre rejected ${id}${rejected > 0 ? "" : " --noticed"}`,
      `Load the rows that were not rejected: cadastre run release ${of}`,
      `Load none: cadastre run refuse ${of}`,
    ];
  return rejected > 0 ? [`See why: cadastre rejected ${id}`] : [];
}

/** Lines for standard error after a load: what went wrong, and the commands that go on from there. */
export function afterwards(run: RunState): string[] {
  const { error } = run;
  return [
    ...(error ? [`${error.code}: ${error.message}`, ...(error.hint ? [`  ${error.hint}`] : [])] : []),
    ...ruleLines(run.failedRules),
    ...nextSteps(run).map((step) => `  ${step}`),
  ];
}
