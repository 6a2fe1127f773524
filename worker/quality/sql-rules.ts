/**
 * Rules that are SQL, after a load or a check by hand: each a query on the organization's unprivileged login, in the name
 * of whoever saved it, with bounds on time and rows. What it returns is recorded like what other rules find.
 */
import { AppError, isPgError } from "../../lib/errors.ts";
import { asOrganization } from "../load/session.ts";
import { requireSelect } from "../transform/fence.ts";
import { SqlRefused } from "../transform/fence-rules.ts";
import { openSandbox } from "../transform/sandbox.ts";
import type { Sandbox, TransformContext } from "../transform/types.ts";

export interface Check {
  orgId: string;
  datasetId: string;
  checkId: string;
  runId: string | null;
}

/** One query may take so long; the server ends it, and the session with it where it does not. */
const QUERY_MS = 60_000;
const GRACE_MS = 10_000;
/** Failing rows are counted up to here. */
const MAX_COUNTED = 1_000_000;
/** Of them so many are kept, each of at most so many characters as JSON. */
const KEPT = 100;
const MAX_RECORD = 20_000;

export interface SqlRule {
  query: string;
  returns: "rows" | "number" | "boolean";
  low: string | null;
  high: string | null;
}

interface SavedRule extends SqlRule {
  name: string;
  saved_by: string | null;
  by_service: boolean;
}

export interface Answer {
  failures: number;
  measured: number | null;
  passed: boolean;
  sample: unknown[];
  error: string | null;
}

export const failed = (error: string): Answer => ({
  failures: 0,
  measured: null,
  passed: false,
  sample: [],
  error,
});

/** Asks all of them; a query that fails is a result of its own. Throws where the database is not to be had. */
export async function askSqlRules(context: TransformContext, check: Check): Promise<number> {
  const rules = await asOrganization(context, check.orgId, null, async (client) => {
    const { rows } = await client.query<SavedRule>("select * from quality.sql_rules($1)", [check.datasetId]);
    return rows;
  });
  for (const rule of rules) {
    const answer = await askRule(context, check.orgId, rule);
    await asOrganization(context, check.orgId, null, (client) =>
      client.query("select quality.record_sql_result($1, $2, $3, $4, $5, $6, $7, $8, $9)", [
        check.datasetId,
        check.checkId,
        check.runId,
        rule.name,
        answer.failures,
        answer.measured,
        answer.passed,
        JSON.stringify(answer.sample),
        answer.error,
      ]),
    );
  }
  return rules.length;
}

async function askRule(context: TransformContext, orgId: string, rule: SavedRule): Promise<Answer> {
  if (rule.saved_by === null && !rule.by_service)
    return failed("nobody is left for whom the query runs: somebody saves the rule again");
  let sandbox: Sandbox | undefined;
  try {
    sandbox = await openSandbox(context, { orgId, userId: rule.saved_by });
    await requireAsker(sandbox);
    await requireSelect(rule.query, sandbox.schemaName);
    return await askQuery(sandbox, rule);
  } catch (error) {
    const told = explainFailure(error);
    if (told === null) throw error;
    return failed(told);
  } finally {
    await sandbox?.close();
  }
}

/** Whoever it runs for may still check rules. Error: AppError IN067. */
export async function requireAsker(sandbox: Sandbox): Promise<void> {
  const { rows } = await sandbox.run<{ may: boolean }>(
    "select private.has_permission('quality.execute') as may",
  );
  if (!rows[0]!.may)
    throw new AppError("IN067", "the person for whom the query runs may not check rules any more");
}

/** One query, reading only, ended after a minute. Throws what the query throws. */
export async function askQuery(sandbox: Sandbox, rule: SqlRule): Promise<Answer> {
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    void sandbox.close();
  }, QUERY_MS + GRACE_MS);
  try {
    await sandbox.run("begin read only");
    await sandbox.run(`set local statement_timeout = ${QUERY_MS}`);
    const answer = await (rule.returns === "rows" ? askForRows(sandbox, rule) : askForValue(sandbox, rule));
    await sandbox.run("commit");
    return answer;
  } catch (error) {
    if (late) return failed(`the query takes longer than ${QUERY_MS / 1000} seconds`);
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

async function askForRows(sandbox: Sandbox, { query }: SqlRule): Promise<Answer> {
  const { rows } = await sandbox.run<{ n: string; sample: unknown[] | null }>(
    `with asked as materialized (select * from (${query}\n) q limit ${MAX_COUNTED + 1})
     select (select count(*) from asked) as n,
            (select jsonb_agg(case when length(x.record::text) <= ${MAX_RECORD} then x.record else '{"too_large": true}' end)
               from (select to_jsonb(a) as record from asked a limit ${KEPT}) x) as sample`,
  );
  const { n, sample } = rows[0]!;
  return {
    failures: Number(n),
    measured: null,
    passed: n === "0",
    sample: sample ?? [],
    error: Number(n) > MAX_COUNTED ? `the query returns more than ${MAX_COUNTED} rows` : null,
  };
}

/** One row of one column: a number between the rule's bounds, or a boolean, which counts as 1 or 0. */
async function askForValue(sandbox: Sandbox, { query, returns, low, high }: SqlRule): Promise<Answer> {
  const { rows } = await sandbox.run<{ record: Record<string, unknown> }>(
    `select to_jsonb(q) as record from (${query}\n) q limit 2`,
  );
  const values = rows.length === 1 ? Object.values(rows[0]!.record) : [];
  const value = values[0];
  if (values.length !== 1 || typeof value !== returns)
    return failed(`the query must return one ${returns}, in one row of one column`);
  const measured = Number(value);
  const passed =
    returns === "boolean"
      ? value === true
      : (low === null || measured >= Number(low)) && (high === null || measured <= Number(high));
  return { failures: passed ? 0 : 1, measured, passed, sample: [], error: null };
}

/** In words that hold no row's values; null: a fault that is none of the query's. */
export function explainFailure(error: unknown, remedy = "somebody saves the rule"): string | null {
  if (error instanceof SqlRefused) return `the query is refused: ${error.message}`;
  if (error instanceof AppError && error.code === "IN067") return `${error.message}: ${remedy}`;
  if (!isPgError(error) || /^(08|57P|58|53100|53300|28|40)/.test(error.code)) return null;
  // History that is archived or removed says so itself.
  if (/^(RT|HS)/.test(error.code)) return error.message;
  if (error.code === "57014") return `the query takes longer than ${QUERY_MS / 1000} seconds`;
  if (/^(53400|54|53200)/.test(error.code))
    return "the query takes more memory or temporary files than it may";
  // What is said of names and syntax is of the query alone; other messages may tell values.
  return error.code.startsWith("42")
    ? `the query fails: ${error.message}`
    : `the query fails in the database (${error.code})`;
}
