import { readFile, stat } from "node:fs/promises";
import { parseArgs } from "node:util";
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

interface Given {
  set?: string | undefined;
  dataset?: string | undefined;
  file?: string | undefined;
  mapping?: string | undefined;
  title?: string | undefined;
  loads?: string | undefined;
  "stage-loads"?: string | undefined;
  "stage-share"?: string | undefined;
  deploy?: boolean | undefined;
  everywhere?: boolean | undefined;
  force?: boolean | undefined;
  private?: boolean | undefined;
}
interface Asked {
  session: Session;
  org: OrgRow;
  userId: string | null;
  given: Given;
}

async function ask<T>({ session, org, userId }: Asked, text: string, values: unknown[]): Promise<T[]> {
  const { rows } = await session.asOrg(org.id, (client) => client.query(text, values), userId);
  return rows as T[];
}

async function readJson(file: string | undefined, what: string): Promise<string> {
  if (!file) fail("USAGE", `${what} is missing`, `Name a file with JSON by ${what}.`);
  const found = await stat(file).catch(() => null);
  if (!found?.isFile()) fail("NOT_A_FILE", `${file} is not a file`, "Name a file with JSON.");
  if (found.size > MAX_FILE) fail("USAGE", `${file} is longer than ${MAX_FILE} bytes`);
  const text = await readFile(file, "utf8");
  try {
    JSON.parse(text);
  } catch (error) {
    fail("BAD_INPUT", `${file} is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  return text;
}

const setOf = ({ given }: Asked): string =>
  given.set ?? fail("USAGE", "the rule set is missing", "cadastre rule-sets list tells their keys.");
const mappingOf = async ({ given }: Asked): Promise<string | null> =>
  given.mapping === undefined ? null : readJson(given.mapping, "--mapping");

async function datasetOf({ session, org, given }: Asked): Promise<string> {
  return findDataset(session, org, given.dataset ?? fail("USAGE", "--dataset is missing"));
}

function numberOf(given: string | undefined, option: string): number | null {
  if (given === undefined) return null;
  const value = Number(given);
  return given.trim() !== "" && Number.isFinite(value) ? value : fail("USAGE", `${option} is a number`);
}

interface Installed {
  version: number;
  rules: { name: string; version: number; deployed_version: number | null }[];
  left_out: { name: string | null; rule: string; why: string }[];
}
const installed = ({ version, rules, left_out }: Installed): string =>
  [
    `version ${version}: ${rules.length} rules`,
    ...rules.map(
      (r) => `  ${r.name} v${r.version} ${r.deployed_version === r.version ? "deployed" : "draft"}`,
    ),
    ...left_out.map((r) => `left out: ${r.name ?? r.rule}: ${r.why}`),
  ].join("\n");

const VERBS: Record<string, (asked: Asked, output: Output) => Promise<void>> = {
  async list(asked, output) {
    const sets = await ask<{
      set_key: string;
      publisher: string;
      version: number;
      title: string;
      name: string;
      rules: unknown[];
      installs: string;
    }>(asked, "select * from quality.list_rule_sets()", []);
    const lines = sets.map(
      (s) =>
        `${s.set_key.padEnd(38)} v${s.version}  ${String(s.rules.length).padStart(3)} rules, ${s.installs} installs  ${s.title || s.name} (${s.publisher})`,
    );
    output.print(sets, lines.join("\n") || "no rule sets");
  },
  async propose(asked, output) {
    interface Proposed {
      rules: {
        name: string;
        fields: object;
        confidence: number;
        why: string;
        accepted: boolean;
        problem: string | null;
        sample: { rows: number; failures: number } | null;
      }[];
    }
    const [row] = await ask<{ told: Proposed }>(asked, "select quality.propose_rule_set($1, $2) as told", [
      setOf(asked),
      await datasetOf(asked),
    ]);
    const lines = row!.told.rules.map(
      (r) =>
        `${r.accepted ? "+" : "-"} ${r.name.padEnd(40)} ${r.confidence} (${r.why})  ${r.problem ?? `${r.sample!.failures} of the first ${r.sample!.rows} rows fail`}`,
    );
    output.print(row!.told, lines.join("\n") || "no field of the dataset fits");
  },
  async "dry-run"(asked, output) {
    const loads = numberOf(asked.given.loads, "--loads") ?? DEFAULT_LOADS;
    interface Tried {
      of: number;
      held: number;
      rejected: number;
      rules: { name: string; failures: number; rows: number; held: number }[];
    }
    const [row] = await ask<{ told: Tried }>(asked, "select ingest.try_rule_set($1, $2, $3, $4) as told", [
      setOf(asked),
      await datasetOf(asked),
      await mappingOf(asked),
      loads,
    ]);
    const { told } = row!;
    const lines = told.rules.map(
      (r) => `${r.name}: ${r.failures} of ${r.rows} rows fail now; would have held ${r.held} loads`,
    );
    output.print(
      told,
      [
        `would have held ${told.held} of ${told.of} loads, rejected ${told.rejected} rows at most`,
        ...lines,
      ].join("\n"),
    );
  },
  async install(asked, output) {
    const { given } = asked;
    const [row] = await ask<{ told: Installed }>(
      asked,
      "select quality.install_rule_set($1, $2, $3, $4, $5, $6) as told",
      [
        setOf(asked),
        await datasetOf(asked),
        await mappingOf(asked),
        given.deploy ?? false,
        numberOf(given["stage-loads"], "--stage-loads"),
        numberOf(given["stage-share"], "--stage-share"),
      ],
    );
    output.print(row!.told, installed(row!.told));
  },
  async update(asked, output) {
    const { given } = asked;
    const [row] = await ask<{ told: Installed }>(
      asked,
      "select quality.update_rule_set($1, $2, $3, $4) as told",
      [setOf(asked), await datasetOf(asked), given.deploy ?? false, given.force ?? false],
    );
    output.print(row!.told, installed(row!.told));
  },
  async "roll-back"(asked, output) {
    const [row] = await ask<{ told: { name: string; deployed_version: number | null }[] }>(
      asked,
      "select quality.roll_back_rule_set($1, $2) as told",
      [setOf(asked), await datasetOf(asked)],
    );
    const lines = row!.told.map(
      (r) => `${r.name}: ${r.deployed_version ? `v${r.deployed_version}` : "out of force"}`,
    );
    output.print(row!.told, lines.join("\n") || "none of its rules is deployed");
  },
  async save(asked, output) {
    const { given } = asked;
    const [row] = await ask<{ name: string; version: number; id: string }>(
      asked,
      "select id, name, version from quality.save_rule_set($1, $2, $3, everywhere => $4)",
      [setOf(asked), await readJson(given.file, "--file"), given.title ?? null, given.everywhere ?? null],
    );
    output.print(row, `${row!.name} is saved in version ${row!.version} (key ${row!.id})`);
  },
  async share(asked, output) {
    const [row] = await ask<{ name: string; shared: boolean }>(
      asked,
      "select name, shared_at is not null as shared from quality.share_rule_set($1, $2)",
      [setOf(asked), !asked.given.private],
    );
    output.print(
      row,
      `${row!.name} is ${row!.shared ? "in everybody's marketplace" : "the organization's own"}`,
    );
  },
  async drop(asked, output) {
    await ask(asked, "select quality.drop_rule_set($1)", [setOf(asked)]);
    output.print({ dropped: asked.given.set }, `${asked.given.set} is gone; what was installed of it stays`);
  },
};

export const ruleSets: Command = {
  about: "rules that belong together, with versions: proposed, installed, shared",
  usage: [
    "rule-sets list --org <slug> [--as <email>]",
    "rule-sets propose <set> --org <slug> --dataset <name> [--as <email>]",
    "rule-sets dry-run <set> --org <slug> --dataset <name> [--mapping <file>] [--loads n] [--as <email>]",
    "rule-sets install <set> --org <slug> --dataset <name> [--mapping <file>] [--deploy [--stage-loads n] [--stage-share s]] [--as <email>]",
    "rule-sets update <set> --org <slug> --dataset <name> [--deploy] [--force] [--as <email>]",
    "rule-sets roll-back <set> --org <slug> --dataset <name> [--as <email>]",
    "rule-sets save <name> --org <slug> --file <rules> [--title <text>] [--everywhere] [--as <email>]",
    "rule-sets share <name> --org <slug> [--private] [--as <email>]",
    "rule-sets drop <name> --org <slug> [--as <email>]",
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
        mapping: text,
        title: text,
        loads: text,
        "stage-loads": text,
        "stage-share": text,
        as: text,
        deploy: flag,
        everywhere: flag,
        force: flag,
        private: flag,
      },
    });
    const [verb, set] = positionals;
    const act = verb && Object.hasOwn(VERBS, verb) ? VERBS[verb]! : misused(ruleSets);
    return withSession(async (session) => {
      const org = await findOrg(session, values.org);
      const userId = values.as ? await findMember(session, org, values.as) : null;
      await act({ session, org, userId, given: { ...values, set } }, output);
      return 0;
    });
  },
};
