import { parseArgs } from "node:util";
import { type Command, fail, findDataset, findOrg, type Output, withSession } from "../command.ts";
import { misused } from "../help.ts";
import { waitFor } from "../waiting.ts";

interface Rule {
  dataset: string;
  keep_versions: number | null;
  keep_days: number | null;
  action: string;
  last_run_at: Date | null;
  last_result: Record<string, unknown> | null;
  history_from: Date | null;
}

const RULES = `select d.name as dataset, r.keep_versions, r.keep_days, r.action, r.last_run_at, r.last_result, d.history_from
  from data.datasets d left join data.retention_rules r on r.org_id = d.org_id and r.dataset_id = d.id
 where ($1::text is null or d.name = $1) and (r.dataset_id is not null or d.history_from is not null or $1 is not null) order by d.name`;

function number(text: string | undefined, name: string): number | null {
  if (text === undefined) return null;
  if (!/^\d{1,7}$/.test(text)) fail("USAGE", `--${name} is a whole number`);
  return Number(text);
}

function describe(rule: Rule): string {
  const kept = [
    rule.keep_versions === null ? "" : `the newest ${rule.keep_versions} versions of each row`,
    rule.keep_days === null ? "" : `${rule.keep_days} days`,
  ].filter(Boolean);
  const rest = rule.action === "archive" ? "older ones go to archives" : "older ones are removed";
  const from = rule.history_from ? `; nothing is known before ${rule.history_from.toISOString()}` : "";
  return `${rule.dataset}: ${kept.length > 0 ? `keeps ${kept.join(" and ")}, ${rest}` : "keeps everything"}${from}`;
}

interface Values {
  org?: string;
  dataset?: string;
  versions?: string;
  days?: string;
  action?: string;
  timeout?: string;
}

async function show(values: Values, output: Output): Promise<number> {
  const rows = await withSession(async (session) => {
    const org = await findOrg(session, values.org);
    return session.asOrg(
      org.id,
      async (client) => (await client.query<Rule>(RULES, [values.dataset ?? null])).rows,
    );
  });
  output.print(rows, rows.length === 0 ? "Every dataset keeps everything." : rows.map(describe).join("\n"));
  return 0;
}

async function set(values: Values, output: Output): Promise<number> {
  await withSession(async (session) => {
    const org = await findOrg(session, values.org);
    const dataset = await findDataset(session, org, values.dataset ?? fail("USAGE", "--dataset is missing"));
    await session.asOrg(org.id, (client) =>
      client.query("select data.set_retention($1, $2, $3, $4)", [
        dataset,
        number(values.versions, "versions"),
        number(values.days, "days"),
        values.action ?? "archive",
      ]),
    );
  });
  return show(values, output);
}

async function run(values: Values, output: Output): Promise<number> {
  const result = await withSession(async (session) => {
    const org = await findOrg(session, values.org);
    const dataset = await findDataset(session, org, values.dataset ?? fail("USAGE", "--dataset is missing"));
    const ask = (text: string) =>
      session.asOrg(org.id, async (client) => (await client.query<Rule>(text, [dataset])).rows[0]!);
    const before = await ask("select last_run_at from data.run_retention($1)");
    return waitFor(values.timeout, async () => {
      const now = await ask(
        "select last_run_at, last_result from data.retention_rules where dataset_id = $1",
      );
      return now.last_run_at && now.last_run_at.getTime() !== before.last_run_at?.getTime()
        ? now.last_result
        : null;
    });
  });
  const { removed, archived, archives, refused } = result as Record<string, unknown>;
  output.print(
    result,
    refused
      ? `nothing was done: the dataset is ${String(refused)}`
      : `${String(removed)} versions removed, ${String(archived)} moved to ${String(archives)} archives`,
  );
  return 0;
}

export const retention: Command = {
  about: "how long versions are kept, and what is archived or removed",
  usage: [
    "retention set --org <slug> --dataset <name> [--versions <n>] [--days <n>] [--action archive|remove]",
    "retention show --org <slug> [--dataset <name>]",
    "retention run --org <slug> --dataset <name> [--timeout <seconds>]",
  ],
  async run(args, output) {
    const string = { type: "string" } as const;
    const { positionals, values } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        org: string,
        dataset: string,
        versions: string,
        days: string,
        action: string,
        timeout: string,
      },
    });
    const verbs: Record<string, (values: Values, output: Output) => Promise<number>> = { set, show, run };
    const verb = verbs[positionals[0] ?? ""] ?? misused(retention);
    return verb(values, output);
  },
};
