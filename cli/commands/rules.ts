import { readFile, stat } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import {
  RULE_FORMATS,
  type RuleFile,
  type RuleFormat,
  readRuleFile,
  writeRuleFile,
} from "../../lib/quality/files.ts";
import type { Rule } from "../../lib/quality/rule.ts";
import {
  type Command,
  fail,
  findDataset,
  findMember,
  findOrg,
  type OrgRow,
  type Output,
  type Session,
  withSession,
} from "../command.ts";
import { misused } from "../help.ts";

const MAX_FILE = 2_000_000;
const DEFAULT_LOADS = 40;
/** As long as the worker takes for a dry run of SQL, and a little more. */
const MAX_TRIAL_MS = 240_000;
const POLL_MS = 500;

interface Asked {
  session: Session;
  org: OrgRow;
  userId: string | null;
  dataset: string;
  datasetId: string;
}
interface Given {
  name?: string | undefined;
  file?: string | undefined;
  format?: string | undefined;
  version?: string | undefined;
  loads?: string | undefined;
  sample?: string | undefined;
  "stage-loads"?: string | undefined;
  "stage-share"?: string | undefined;
  save?: boolean | undefined;
  deploy?: boolean | undefined;
  all?: boolean | undefined;
}

async function query<T>({ session, org, userId }: Asked, text: string, values: unknown[]): Promise<T[]> {
  const { rows } = await session.asOrg(org.id, (client) => client.query(text, values), userId);
  return rows as T[];
}

function formatOf({ file, format }: Given): RuleFormat {
  if (format === undefined && /\.odcs\.ya?ml$/i.test(file ?? "")) return "odcs";
  if (format === undefined) return /\.ya?ml$/i.test(file ?? "") ? "soda" : "json";
  return RULE_FORMATS.find((one) => one === format) ?? fail("USAGE", "--format is json, gx, soda or odcs");
}

/** A file of one rule, of many, a suite or checks. Errors: AppError NOT_A_FILE, BAD_INPUT. */
async function readRules(given: Given, dataset: string): Promise<RuleFile> {
  const { file } = given;
  if (!file) fail("USAGE", "--file is missing", "Name a file with rules.");
  const found = await stat(file).catch(() => null);
  if (!found?.isFile()) fail("NOT_A_FILE", `${file} is not a file`, "Name a file with rules.");
  if (found.size > MAX_FILE) fail("USAGE", `${file} is longer than ${MAX_FILE} bytes`);
  const text = await readFile(file, "utf8");
  return readRuleFile(text, formatOf(given), dataset);
}

async function save(
  asked: Asked,
  rules: readonly Rule[],
  origin: string,
  deploy: boolean,
): Promise<unknown[]> {
  return asked.session.asOrg(
    asked.org.id,
    async (client) => {
      const saved: unknown[] = [];
      for (const rule of rules) {
        const { rows } = await client.query(
          "select name, version, deployed_version from quality.put_rule($1, $2, $3)",
          [asked.datasetId, JSON.stringify(rule), origin],
        );
        if (deploy) await client.query("select quality.deploy_rule($1, $2)", [asked.datasetId, rule.name]);
        saved.push(
          deploy ? { ...rows[0], deployed_version: (rows[0] as { version: number }).version } : rows[0],
        );
      }
      return saved;
    },
    asked.userId,
  );
}

const SAVED = `
  select r.name, r.version, r.deployed_version, r.enabled, v.kind, v.fields, v.parameters, v.severity, v.scope, v.action, v.dimension,
         v.max_failures::int, v.max_share::float, v.tags, v.description
    from quality.rules r join quality.rule_versions v on v.org_id = r.org_id and v.rule_id = r.id and v.version = r.version
   where r.dataset_id = $1 order by r.name`;
interface Saved extends Rule {
  version: number;
  deployed_version: number | null;
  enabled: boolean;
}

interface Trial {
  rows: number;
  failures: number;
  measured: number | null;
  passed: boolean;
  held: number;
  of: number;
  rejected: number;
  message: string;
  /** Of a rule that is SQL: why it could not be asked, and why not of past loads. */
  error?: string | null;
  limited?: string | null;
}

/** A rule that is SQL is tried by the worker. Error: AppError TIMEOUT. */
async function trySqlRule(asked: Asked, rule: Rule, loads: number): Promise<Trial> {
  const [started] = await query<{ id: string }>(asked, "select ingest.start_rule_trial($1, $2, $3) as id", [
    asked.datasetId,
    JSON.stringify(rule),
    loads,
  ]);
  const until = Date.now() + MAX_TRIAL_MS;
  while (Date.now() < until) {
    const [row] = await query<{ tried: Trial | null }>(asked, "select ingest.take_rule_trial($1) as tried", [
      started!.id,
    ]);
    if (row!.tried !== null) return row!.tried;
    await pause(POLL_MS);
  }
  return fail("TIMEOUT", "the dry run has not ended in time", "Take fewer loads; or no worker is running.");
}

async function tryRule(asked: Asked, rule: Rule, loads: number): Promise<Trial> {
  if (rule.kind === "sql") return trySqlRule(asked, rule, loads);
  const [row] = await query<{ tried: Trial }>(asked, "select ingest.try_rule($1, $2, $3) as tried", [
    asked.datasetId,
    JSON.stringify(rule),
    loads,
  ]);
  return row!.tried;
}

function definitionOf(saved: Saved): Rule {
  const { version: _version, deployed_version: _deployed, enabled: _enabled, ...rule } = saved;
  return Object.fromEntries(
    Object.entries(rule).filter(([, v]) => v !== null && v !== "" && !(Array.isArray(v) && v.length === 0)),
  ) as unknown as Rule;
}

const trialLine = (name: string, action: string, t: Trial): string =>
  t.error
    ? `${name}: ${t.error}`
    : `${t.limited ? `(not over ${t.limited === "time" ? "all" : "past"} loads: ${t.limited}) ` : ""}${name}: ${t.measured === null ? `${t.failures} of ${t.rows} rows fail` : `measured ${t.measured}`} now; over ${t.of} past loads, action hold would have held ${t.held}${t.measured === null ? `, action reject rejected ${t.rejected} rows` : ""} (its action: ${action})`;

/** A first look: of a sample of the rows in force, nothing of past loads. */
async function testOnSample(
  asked: Asked,
  rules: readonly Rule[],
  given: string,
  output: Output,
): Promise<number> {
  const size = Number(given);
  if (!Number.isInteger(size) || size < 1) fail("USAGE", "--sample is a whole number of rows");
  type Tested = Pick<Trial, "rows" | "failures" | "measured" | "passed">;
  const told: (Tested & { name: string })[] = [];
  for (const rule of rules) {
    const [row] = await query<{ tested: Tested }>(asked, "select quality.test_rule($1, $2, $3) as tested", [
      asked.datasetId,
      JSON.stringify(rule),
      size,
    ]);
    told.push({ name: rule.name, ...row!.tested });
  }
  const lines = told.map(
    (t) =>
      `${t.name}: ${t.measured == null ? `${t.failures} of ${t.rows} rows of the sample fail` : `measured ${t.measured} over ${t.rows} rows`}`,
  );
  output.print(told, lines.join("\n"));
  return 0;
}

const VERBS: Record<string, (asked: Asked, given: Given, output: Output) => Promise<number>> = {
  async suggest(asked, given, output) {
    const [row] = await query<{ rules: Rule[] }>(asked, "select quality.suggest_rules($1) as rules", [
      asked.datasetId,
    ]);
    const { rules } = row!;
    if (given.save || given.deploy) await save(asked, rules, "suggested", given.deploy === true);
    const lines = rules.map(
      (r) => `${r.name.padEnd(40)} ${r.kind.padEnd(22)} ${r.confidence}  ${r.evidence}`,
    );
    const about = `--org ${asked.org.slug} --dataset ${asked.dataset}`;
    const next = given.deploy
      ? `${rules.length} rules deployed: they record what breaks them and stop nothing. "action": "reject" or "hold" in a rule's definition does.`
      : given.save
        ? `${rules.length} rules saved as drafts. Try them: cadastre rules dry-run ${about}`
        : `Keep them: cadastre rules suggest ${about} --save (or --deploy)`;
    output.print(rules, rules.length === 0 ? "nothing to suggest" : [...lines, next].join("\n"));
    return 0;
  },
  async add(asked, given, output) {
    const { rules, skipped, origin } = await readRules(given, asked.dataset);
    const saved = await save(asked, rules, origin, given.deploy === true);
    output.print(
      { saved, skipped },
      [
        `${saved.length} rules saved${given.deploy ? " and deployed" : " as drafts: try them with rules dry-run, then rules deploy"}`,
        ...skipped.map((s) => `left out: ${s.what} ${s.why}`),
      ].join("\n"),
    );
    return 0;
  },
  async list(asked, _given, output) {
    const rules = await query<Saved>(asked, SAVED, [asked.datasetId]);
    const state = (r: Saved): string =>
      r.deployed_version === null ? "draft" : r.enabled ? `deployed v${r.deployed_version}` : "off";
    const lines = rules.map(
      (r) =>
        `${r.name.padEnd(40)} ${r.kind.padEnd(22)} ${r.severity!.padEnd(9)} ${(r.action ?? "record").padEnd(7)} v${r.version} ${state(r)}`,
    );
    output.print(rules, lines.join("\n") || "no rules");
    return 0;
  },
  async run(asked, _given, output) {
    interface Checked {
      rows: number;
      score: number;
      queued: number;
      results: {
        rule_name: string;
        failures: number;
        measured: number | null;
        passed: boolean;
        message: string;
        severity: string;
      }[];
    }
    const [row] = await query<{ checked: Checked }>(asked, "select quality.run_rules($1) as checked", [
      asked.datasetId,
    ]);
    const { checked } = row!;
    const lines = checked.results.map(
      (r) =>
        `${r.passed ? "passed" : "FAILED"}  ${r.rule_name}: ${r.measured === null ? `${r.failures} of ${checked.rows} rows fail` : `measured ${r.measured}`}`,
    );
    const queued = checked.queued > 0 ? [`${checked.queued} rules that are SQL are asked by the worker`] : [];
    output.print(
      checked,
      [`score ${checked.score} over ${checked.rows} rows`, ...lines, ...queued].join("\n"),
    );
    return checked.results.some((r) => !r.passed && (r.severity === "error" || r.severity === "critical"))
      ? 1
      : 0;
  },
  async "dry-run"(asked, given, output) {
    const loads = Number(given.loads ?? DEFAULT_LOADS);
    if (!Number.isInteger(loads) || loads < 0) fail("USAGE", "--loads is a whole number");
    const all = given.file
      ? (await readRules(given, asked.dataset)).rules
      : (await query<Saved>(asked, SAVED, [asked.datasetId]))
          .map(definitionOf)
          .filter((r) => !given.name || r.name === given.name);
    // No worker need be there for a look at them all: a rule that is SQL is tried where it is named.
    const rules = all.length === 1 ? all : all.filter((r) => r.kind !== "sql");
    if (rules.length === 0)
      fail("NOT_FOUND", "there is no such rule", "cadastre rules list tells what there is.");
    if (given.sample !== undefined) return testOnSample(asked, rules, given.sample, output);
    const trials: (Trial & { name: string; action: string })[] = [];
    for (const rule of rules) {
      const action = rule.action ?? "record";
      trials.push({ name: rule.name, action, ...(await tryRule(asked, rule, loads)) });
    }
    output.print(trials, trials.map((t) => trialLine(t.name, t.action, t)).join("\n"));
    return 0;
  },
  async deploy(asked, given, output) {
    const names = given.all
      ? (await query<Saved>(asked, SAVED, [asked.datasetId])).map((r) => r.name)
      : [given.name ?? fail("USAGE", "the rule's name is missing", "Name it, or all of them by --all.")];
    const version = given.version === undefined ? null : Number(given.version);
    if (version !== null && !Number.isInteger(version)) fail("USAGE", "--version is a whole number");
    const deployed: { name: string; deployed_version: number }[] = [];
    for (const name of names) {
      deployed.push(
        ...(await query<{ name: string; deployed_version: number }>(
          asked,
          "select name, deployed_version from quality.deploy_rule($1, $2, $3, $4, $5)",
          [asked.datasetId, name, version, given["stage-loads"] ?? null, given["stage-share"] ?? null],
        )),
      );
    }
    output.print(
      deployed,
      deployed.map((d) => `${d.name} is deployed in version ${d.deployed_version}`).join("\n"),
    );
    return 0;
  },
  async "roll-back"(asked, given, output) {
    const name = given.name ?? fail("USAGE", "the rule's name is missing");
    const [row] = await query<{ name: string; deployed_version: number | null }>(
      asked,
      "select name, deployed_version from quality.roll_back_rule($1, $2)",
      [asked.datasetId, name],
    );
    const { deployed_version: version } = row!;
    output.print(
      row,
      version === null ? `${name} is out of force` : `${name} is deployed in version ${version}`,
    );
    return 0;
  },
  async figures(asked, _given, output) {
    const figures = await query<{
      name: string;
      cost_ms: string | null;
      precision: string | null;
      failures: string;
    }>(asked, "select * from quality.rule_figures($1)", [asked.datasetId]);
    const lines = figures.map(
      (f) =>
        `${f.name.padEnd(40)} ${(f.cost_ms ?? "-").padStart(8)} ms  ${f.failures} failures, precision ${f.precision ?? "not judged"}`,
    );
    output.print(figures, lines.join("\n") || "no rules");
    return 0;
  },
  async export(asked, given, output) {
    const rules = (await query<Saved>(asked, SAVED, [asked.datasetId])).map(definitionOf);
    const { text, skipped } = writeRuleFile(
      { id: asked.datasetId, name: asked.dataset },
      rules,
      formatOf(given),
    );
    output.print({ text, skipped }, text);
    return 0;
  },
  async drop(asked, given, output) {
    const name = given.name ?? fail("USAGE", "the rule's name is missing");
    await query(asked, "select quality.drop_rule($1, $2)", [asked.datasetId, name]);
    output.print({ dropped: name }, `${name} is gone`);
    return 0;
  },
};

export const rules: Command = {
  about: "quality rules: suggested, tried over past loads, deployed, run, exported",
  usage: [
    "rules suggest --org <slug> --dataset <name> [--save | --deploy] [--as <email>]",
    "rules add --org <slug> --dataset <name> --file <rules> [--format json|gx|soda|odcs] [--deploy] [--as <email>]",
    "rules list|run --org <slug> --dataset <name> [--as <email>]",
    "rules dry-run [<rule>] --org <slug> --dataset <name> [--file <rules>] [--loads n | --sample n] [--as <email>]",
    "rules deploy <rule>|--all --org <slug> --dataset <name> [--version n] [--stage-loads n] [--stage-share s] [--as <email>]",
    "rules roll-back <rule> --org <slug> --dataset <name> [--as <email>]",
    "rules figures --org <slug> --dataset <name>",
    "rules export --org <slug> --dataset <name> [--format json|gx|soda|odcs]",
    "rules drop <rule> --org <slug> --dataset <name> [--as <email>]",
  ],
  async run(args, output) {
    const text = { type: "string" } as const;
    const flag = { type: "boolean" } as const;
    const { positionals, values } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        org: text,
        dataset: text,
        file: text,
        format: text,
        as: text,
        version: text,
        loads: text,
        sample: text,
        "stage-loads": text,
        "stage-share": text,
        save: flag,
        deploy: flag,
        all: flag,
      },
    });
    const [verb, name] = positionals;
    const act = verb && Object.hasOwn(VERBS, verb) ? VERBS[verb]! : misused(rules);
    const dataset = values.dataset ?? fail("USAGE", "--dataset is missing");
    return withSession(async (session) => {
      const org = await findOrg(session, values.org);
      const userId = values.as ? await findMember(session, org, values.as) : null;
      const datasetId = await findDataset(session, org, dataset);
      return act({ session, org, userId, dataset, datasetId }, { ...values, name }, output);
    });
  },
};
