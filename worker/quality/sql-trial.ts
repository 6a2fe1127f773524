/**
 * The dry run of a rule that is SQL: its query over the datasets as they are, and as they were after the dataset's last
 * loads, on the organization's unprivileged login, in the name of whoever asked. The past is put in the query's way: views
 * of the session's own, under the datasets' names, which say what the datasets' as-of functions say.
 */
import { asOrganization } from "../load/session.ts";
import { requireSelect } from "../transform/fence.ts";
import { openSandbox } from "../transform/sandbox.ts";
import type { Sandbox, TransformContext } from "../transform/types.ts";
import { type Answer, askQuery, explainFailure, failed, requireAsker, type SqlRule } from "./sql-rules.ts";

/** All of it; loads that are not asked by then are left out, and it is told. */
const TRIAL_MS = 180_000;
const SAMPLE = 10;

interface Trial {
  requested_by: string | null;
  dataset: string;
  message: string;
  definition: {
    name: string;
    parameters: { query: string; returns?: SqlRule["returns"]; min?: number; max?: number };
  };
  loads: { run: string; at: string }[];
}

interface Told {
  rows: number;
  failures: number;
  measured: number | null;
  passed: boolean;
  error: string | null;
}

export async function trySqlRule(
  context: TransformContext,
  ids: { orgId: string; trialId: string },
): Promise<void> {
  const ask = <R extends object>(text: string, values: unknown[]): Promise<R[]> =>
    asOrganization(
      context,
      ids.orgId,
      null,
      async (client) => (await client.query(text, values)).rows as R[],
    );
  const [trial] = await ask<Trial>("select * from ingest.read_rule_trial($1)", [ids.trialId]);
  if (trial === undefined) return;
  const answer = await answerTrial(context, ids.orgId, trial);
  await ask("select ingest.answer_rule_trial($1, $2)", [ids.trialId, JSON.stringify(answer)]);
}

async function answerTrial(context: TransformContext, orgId: string, trial: Trial): Promise<unknown> {
  const { query, returns = "rows", min, max } = trial.definition.parameters;
  const text = (bound: number | undefined): string | null => (bound === undefined ? null : String(bound));
  const rule: SqlRule = { query, returns, low: text(min), high: text(max) };
  const until = Date.now() + TRIAL_MS;
  let sandbox: Sandbox | undefined;
  try {
    sandbox = await openSandbox(context, { orgId, userId: trial.requested_by });
    await requireAsker(sandbox);
    await requireSelect(query, sandbox.schemaName);
    const now = await askOnce(sandbox, trial, rule);
    const why = pastOf(query, sandbox.schemaName);
    const loads: (Told & { run: string; at: string })[] = [];
    for (const load of why === null && now.answer.error === null ? trial.loads : []) {
      if (Date.now() > until) break;
      loads.push({ ...load, ...(await askAsOf(sandbox, trial, rule, load.at)) });
    }
    return {
      ...now.told,
      sample: now.answer.sample.slice(0, SAMPLE),
      message: trial.message,
      loads,
      of: loads.length,
      rejected: 0,
      limited: why ?? (loads.length < trial.loads.length ? "time" : null),
    };
  } catch (error) {
    const told = explainFailure(error, "ask somebody who may");
    if (told === null) throw error;
    return {
      ...toldOf(failed(told), 0),
      sample: [],
      message: trial.message,
      loads: [],
      of: 0,
      rejected: 0,
      limited: null,
    };
  } finally {
    await sandbox?.close();
  }
}

/** Why a query is not asked of the past: what it names can not be put in its way. null: it can. */
function pastOf(query: string, schema: string): string | null {
  const plain = query.toLowerCase();
  if (plain.includes(`${schema}.`) || plain.includes(`"${schema}"`))
    return "it names the schema: name datasets alone";
  if (/\b\w+_(history|as_of|diff|timeline|valid_on)\b/.test(plain)) return "it reads history itself";
  return null;
}

/** What was found; whether failures are within the rule's thresholds, the database judges (ingest.answer_rule_trial). */
const toldOf = ({ failures, measured, passed, error }: Answer, rows: number): Told => ({
  rows,
  failures,
  measured,
  passed,
  error,
});

async function askOnce(
  sandbox: Sandbox,
  trial: Trial,
  rule: SqlRule,
): Promise<{ answer: Answer; told: Told }> {
  const answer = await askQuery(sandbox, rule);
  const count = await askQuery(sandbox, {
    query: `select count(*)::bigint as n from "${trial.dataset}"`,
    returns: "number",
    low: null,
    high: null,
  });
  return { answer, told: toldOf(answer, count.measured ?? 0) };
}

/** The datasets that the query may name, as they were then. Fails by itself where history of then is archived or removed. */
async function askAsOf(sandbox: Sandbox, trial: Trial, rule: SqlRule, at: string): Promise<Told> {
  const words = [...new Set([trial.dataset, ...(rule.query.toLowerCase().match(/[a-z_][a-z0-9_]*/g) ?? [])])];
  try {
    const { rows } = await sandbox.run<{ name: string; view: string; moment: string }>(
      `select c.relname as name, format('%I', c.relname) as view, quote_literal($3::text) as moment
         from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
        where n.nspname = $1 and c.relkind = 'v' and c.relname = any ($2)
          and exists (select from pg_catalog.pg_proc p where p.pronamespace = n.oid and p.proname = c.relname || '_as_of')`,
      [sandbox.schemaName, words, at],
    );
    for (const { name, view, moment } of rows)
      await sandbox.run(
        `create or replace temporary view ${view} as select * from ${sandbox.schema}."${name}_as_of"(${moment}::timestamptz)`,
      );
    try {
      return (await askOnce(sandbox, trial, rule)).told;
    } finally {
      await sandbox.run("rollback").catch(() => undefined);
      for (const { view } of rows) await sandbox.run(`drop view if exists pg_temp.${view}`);
    }
  } catch (error) {
    const told = explainFailure(error, "ask somebody who may");
    if (told === null) throw error;
    return toldOf(failed(told), 0);
  }
}
