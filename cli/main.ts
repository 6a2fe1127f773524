#!/usr/bin/env node
/** The `cadastre` command. Each command is a file in cli/commands; `cadastre help` lists them. */
import { AppError, isPgError } from "../lib/errors.ts";
import { ReaderError } from "../worker/readers/index.ts";
import { type Command, fail, type Output } from "./command.ts";
import { access } from "./commands/access.ts";
import { anomalies } from "./commands/anomalies.ts";
import { archive } from "./commands/archive.ts";
import { audit } from "./commands/audit.ts";
import { changes } from "./commands/changes.ts";
import { connector } from "./commands/connector.ts";
import { contract } from "./commands/contract.ts";
import { dataset } from "./commands/dataset.ts";
import { erase } from "./commands/erase.ts";
import { domain, identityProvider, scimToken } from "./commands/federation.ts";
import { grant } from "./commands/grant.ts";
import { history } from "./commands/history.ts";
import { hold } from "./commands/hold.ts";
import { ingest } from "./commands/ingest.ts";
import { inspect } from "./commands/inspect.ts";
import { keys } from "./commands/keys.ts";
import { lineage } from "./commands/lineage.ts";
import { member } from "./commands/member.ts";
import { operator } from "./commands/operator.ts";
import { org } from "./commands/org.ts";
import { pipeline } from "./commands/pipeline.ts";
import { policy } from "./commands/policy.ts";
import { profile } from "./commands/profile.ts";
import { rejected } from "./commands/rejected.ts";
import { retention } from "./commands/retention.ts";
import { ruleSets } from "./commands/rule-sets.ts";
import { rules } from "./commands/rules.ts";
import { run } from "./commands/run.ts";
import { schedule } from "./commands/schedule.ts";
import { source } from "./commands/source.ts";
import { sqlLogin } from "./commands/sql-login.ts";
import { status } from "./commands/status.ts";
import { user } from "./commands/user.ts";
import { webhook } from "./commands/webhook.ts";
import { closest, overview, usageOf, usageOfAll } from "./help.ts";

const COMMANDS: Record<string, Command> = {
  org,
  user,
  operator,
  keys,
  ingest,
  inspect,
  run,
  rejected,
  pipeline,
  connector,
  source,
  schedule,
  rules,
  "rule-sets": ruleSets,
  profile,
  anomalies,
  policy,
  "sql-login": sqlLogin,
  "identity-provider": identityProvider,
  domain,
  "scim-token": scimToken,
  dataset,
  contract,
  grant,
  member,
  access,
  changes,
  webhook,
  retention,
  archive,
  hold,
  erase,
  audit,
  lineage,
  history,
  status,
};

const asksForHelp = (argument: string | undefined): boolean => argument === "--help" || argument === "-h";

function commandNamed(name: string): Command {
  if (Object.hasOwn(COMMANDS, name)) return COMMANDS[name]!;
  const meant = closest(name, Object.keys(COMMANDS));
  return fail(
    "USAGE",
    `unknown command ${name}`,
    meant ? `Did you mean cadastre ${meant}? cadastre help lists all.` : "cadastre help lists all.",
  );
}

/** The text of `cadastre help ...`, `cadastre <command> --help` or `cadastre` alone; null where something is to be done. */
function helpFor(args: string[]): string | null {
  const [name, ...rest] = args;
  if (name === undefined || asksForHelp(name)) return overview(COMMANDS);
  if (name === "help") {
    if (rest[0] === "--all") return usageOfAll(COMMANDS);
    return rest[0] === undefined ? overview(COMMANDS) : usageOf(commandNamed(rest[0]), rest[1]);
  }
  return rest.some(asksForHelp) ? usageOf(commandNamed(name), rest[0]) : null;
}

/** What to do where PostgreSQL itself refused a value, which tells no hint. */
function hintFor(code: string, message: string): string | null {
  if (code === "22P02" && message.includes("type uuid")) return "Give the id as the command's list tells it.";
  if ((code === "22007" || code === "22P02") && message.includes("type interval"))
    return 'Give a time such as "30 minutes", "6 hours" or "1 day".';
  if (code === "22007" || code === "22008")
    return "Give a moment such as 2026-01-31 or 2026-01-31T12:00:00Z.";
  if (code.startsWith("57P0"))
    return "The database is being started anew. Try again in a moment; cadastre run list tells what became of loads.";
  if (code === "22003") return "Give a smaller number.";
  return null;
}

function describe(error: unknown): {
  code: string;
  message: string;
  hint: string | null;
  field: string | null;
} {
  if (error instanceof AppError) {
    return { code: error.code, message: error.message, hint: error.hint, field: error.field };
  }
  if (error instanceof ReaderError) {
    return { code: error.code, message: error.message, hint: error.remedy, field: null };
  }
  if (isPgError(error)) {
    return {
      code: error.code,
      message: error.message,
      hint: error.hint || hintFor(error.code, error.message),
      field: error.column ?? null,
    };
  }
  if (error instanceof TypeError && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS")) {
    return { code: "USAGE", message: error.message, hint: null, field: null };
  }
  return {
    code: "INTERNAL",
    message: error instanceof Error ? error.message : String(error),
    hint: null,
    field: null,
  };
}

async function main(args: string[]): Promise<number> {
  const json = args.includes("--json");
  const output: Output = {
    json,
    print(data, text) {
      process.stdout.write(json ? `${JSON.stringify(data)}\n` : `${text}\n`);
    },
  };
  const said = args.filter((argument) => argument !== "--json");
  try {
    const help = helpFor(said);
    if (help !== null) {
      output.print({ help }, help);
      return 0;
    }
    return await commandNamed(said[0]!).run(said.slice(1), output);
  } catch (error) {
    const told = describe(error);
    const hint =
      told.code === "USAGE" && Object.hasOwn(COMMANDS, said[0]!)
        ? (told.hint ?? `cadastre help ${said[0]} tells how it is used.`)
        : told.hint;
    if (json) process.stdout.write(`${JSON.stringify({ error: { ...told, hint } })}\n`);
    process.stderr.write(`${told.code}: ${told.message}\n${hint ? `  ${hint}\n` : ""}`);
    return 1;
  }
}

process.exitCode = await main(process.argv.slice(2));
