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
import { rules } from "./commands/rules.ts";
import { schedule } from "./commands/schedule.ts";
import { source } from "./commands/source.ts";
import { sqlLogin } from "./commands/sql-login.ts";
import { status } from "./commands/status.ts";
import { user } from "./commands/user.ts";
import { webhook } from "./commands/webhook.ts";

const COMMANDS: Record<string, Command> = {
  org,
  user,
  operator,
  keys,
  ingest,
  inspect,
  rejected,
  pipeline,
  connector,
  source,
  schedule,
  rules,
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

function help(): string {
  const lines = Object.values(COMMANDS).flatMap((command) => command.usage.map((u) => `  cadastre ${u}`));
  return `Usage:\n${lines.join("\n")}\n\nEvery command takes --json. Exit code 0 only on success.\n`;
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
      hint: error.hint ?? null,
      field: error.column ?? null,
    };
  }
  if (error instanceof TypeError && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS")) {
    return { code: "USAGE", message: error.message, hint: "Run cadastre help.", field: null };
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
  const name = args[0] ?? "help";
  if (name === "help" || name === "--help" || name === "-h") {
    process.stdout.write(help());
    return 0;
  }
  try {
    const command = Object.hasOwn(COMMANDS, name)
      ? COMMANDS[name]!
      : fail("USAGE", `unknown command ${name}`);
    return await command.run(
      args.slice(1).filter((argument) => argument !== "--json"),
      output,
    );
  } catch (error) {
    const told = describe(error);
    if (json) process.stdout.write(`${JSON.stringify({ error: told })}\n`);
    process.stderr.write(`${told.code}: ${told.message}\n${told.hint ? `  ${told.hint}\n` : ""}`);
    return 1;
  }
}

process.exitCode = await main(process.argv.slice(2));
