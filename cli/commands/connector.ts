import { readFile, stat } from "node:fs/promises";
import { parseArgs } from "node:util";
import { readConfig } from "../../lib/config.ts";
import { fillIn, presetNames, readPreset } from "../../lib/connectors/presets.ts";
import { connectorPurpose, loadSecrets } from "../../lib/secrets.ts";
import {
  type Command,
  fail,
  findOrg,
  type OrgRow,
  type Output,
  readStdin,
  type Session,
  withSession,
} from "../command.ts";
import { type KindRow, kindOf, settingsFrom, splitSets } from "../connector-settings.ts";
import { misused } from "../help.ts";
import { table } from "../table.ts";

const MAX_SECRET_BYTES = 40_000;
const POLL_MS = 100;
/** A discovery may take minutes; the worker itself gives up before. */
const MAX_WAIT_MS = 10 * 60_000;

const text = { type: "string" } as const;
const flag = { type: "boolean" } as const;

interface ConnectorRow {
  id: string;
  name: string;
  kind: string;
  settings: Record<string, unknown>;
  has_secret: boolean;
  pinned: string | null;
  status: string;
  error: Told | null;
  checked_at: Date | null;
}
export interface Told {
  code: string;
  message: string;
  hint?: string;
}
interface CheckRow {
  status: string;
  result: {
    message?: string;
    found?: { name: string; rows?: number; key?: string[]; columns?: { name: string; type: string }[] }[];
  } | null;
  error: Told | null;
}
interface Given {
  set?: string[];
  unset?: string[];
  kind?: string;
  preset?: string;
  rename?: string;
  every?: string;
  "secret-stdin"?: boolean;
  "secret-file"?: string;
  "secret-name"?: string;
}

export async function askOrg<R extends object>(
  session: Session,
  org: OrgRow,
  statement: string,
  values: unknown[] = [],
): Promise<R[]> {
  return session.asOrg(org.id, async (client) => (await client.query<R>(statement, values)).rows);
}

async function findConnector(session: Session, org: OrgRow, name: string): Promise<ConnectorRow> {
  const [row] = await askOrg<ConnectorRow>(session, org, "select * from ingest.connectors where name = $1", [
    name,
  ]);
  return (
    row ??
    fail(
      "NOT_FOUND",
      `there is no connector ${name} in ${org.slug}`,
      "Create it with cadastre connector create.",
    )
  );
}

/** From the standard input or a file, never from the arguments, which every process of the machine may read. */
async function readSecret(given: Given): Promise<string | null> {
  if (given["secret-stdin"]) return (await readStdin(MAX_SECRET_BYTES)).replace(/\r?\n$/, "");
  const file = given["secret-file"];
  if (file === undefined) return null;
  const found = await stat(file).catch(() => null);
  if (!found?.isFile()) fail("NOT_A_FILE", `${file} is not a file`, "Name a file that holds the secret.");
  if (found.size > MAX_SECRET_BYTES) fail("USAGE", `${file} is longer than ${MAX_SECRET_BYTES} bytes`);
  return (await readFile(file, "utf8")).replace(/\r?\n$/, "");
}

/** A JSON object is the secret as it is; any other text is its one value. */
function secretOf(
  content: string,
  kind: KindRow,
  settings: Record<string, unknown>,
  name: string | undefined,
): Record<string, string> {
  const names = Object.keys(kind.secret);
  let secret: Record<string, string> | null = null;
  if (name === undefined && content.startsWith("{")) {
    try {
      const parsed: unknown = JSON.parse(content);
      const isWhole =
        typeof parsed === "object" &&
        parsed !== null &&
        Object.keys(parsed).every((key) => names.includes(key));
      if (isWhole) secret = parsed as Record<string, string>;
    } catch {
      // Passwords may begin so too.
    }
  }
  const auth = String(settings.auth ?? "");
  const usual =
    auth === "oauth2" ? "clientSecret" : ["bearer", "header", "query"].includes(auth) ? "token" : "password";
  const chosen =
    name ?? (content.startsWith("{") && names.includes("serviceAccount") ? "serviceAccount" : usual);
  secret ??= { [chosen]: content };
  const unknown = Object.keys(secret).find((key) => !names.includes(key));
  if (unknown !== undefined)
    fail(
      "USAGE",
      `a secret of kind ${kind.kind} has no ${unknown}`,
      `It holds ${names.join(", ")}: give a JSON object, or --secret-name.`,
    );
  if (Object.values(secret).some((value) => typeof value !== "string" || value === ""))
    fail("USAGE", "the secret's values are texts, none of them empty");
  return secret;
}

async function create(session: Session, org: OrgRow, name: string, given: Given): Promise<ConnectorRow> {
  const sets = splitSets(given.set ?? []);
  const preset = given.preset === undefined ? null : await readPreset(given.preset);
  const kind = await kindOf(session, org, given.kind ?? preset?.connector.kind ?? "");
  const settings = {
    ...(preset ? fillIn(preset.connector.settings, preset, sets) : {}),
    ...settingsFrom(kind.settings, sets, preset?.parameters),
  };
  const content = await readSecret(given);
  const secret = content === null ? null : secretOf(content, kind, settings, given["secret-name"]);
  const secrets = secret === null ? null : await loadSecrets(readConfig());
  // One transaction: a connector without the secret that was given with it would fail.
  return session.asOrg(org.id, async (client) => {
    const { rows } = await client.query<ConnectorRow>("select * from ingest.create_connector($1, $2, $3)", [
      name,
      kind.kind,
      JSON.stringify(settings),
    ]);
    if (secrets !== null) {
      await client.query("select private.put_connector_secret($1, $2)", [
        rows[0]!.id,
        secrets.seal(connectorPurpose(rows[0]!.id), JSON.stringify(secret)),
      ]);
    }
    return { ...rows[0]!, has_secret: secret !== null };
  });
}

async function alter(session: Session, org: OrgRow, name: string, given: Given): Promise<ConnectorRow> {
  const before = await findConnector(session, org, name);
  const kind = await kindOf(session, org, before.kind);
  const kept = Object.entries(before.settings).filter(([key]) => !(given.unset ?? []).includes(key));
  const settings: Record<string, unknown> = {
    ...Object.fromEntries(kept),
    ...settingsFrom(kind.settings, splitSets(given.set ?? [])),
  };
  const content = await readSecret(given);
  const secret = content === null ? null : secretOf(content, kind, settings, given["secret-name"]);
  const secrets = secret === null ? null : await loadSecrets(readConfig());
  return session.asOrg(org.id, async (client) => {
    const never = given.every === "never";
    await client.query("select ingest.alter_connector($1, $2, $3, $4::interval, $5)", [
      before.id,
      JSON.stringify(settings),
      given.rename ?? null,
      never ? null : (given.every ?? null),
      never,
    ]);
    if (secrets !== null)
      await client.query("select private.put_connector_secret($1, $2)", [
        before.id,
        secrets.seal(connectorPurpose(before.id), JSON.stringify(secret)),
      ]);
    const { rows } = await client.query<ConnectorRow>("select * from ingest.connectors where id = $1", [
      before.id,
    ]);
    return rows[0]!;
  });
}

/** Asks the worker, which is who must reach the server, and waits for its answer. */
async function check(session: Session, org: OrgRow, name: string, discover: boolean): Promise<CheckRow> {
  const [queued] = await askOrg<{ id: string }>(
    session,
    org,
    "select id from ingest.check_connector($1, $2)",
    [name, discover],
  );
  const until = Date.now() + MAX_WAIT_MS;
  while (Date.now() < until) {
    const [row] = await askOrg<CheckRow>(
      session,
      org,
      "select status, result, error from ingest.connector_checks where id = $1",
      [queued!.id],
    );
    if (row && (row.status === "succeeded" || row.status === "failed")) return row;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  fail("TIMEOUT", "the check has not ended", "See that a worker runs.");
}

function printCheck(row: CheckRow, output: Output): number {
  if (row.error) {
    output.print(row, `failed: ${row.error.message}`);
    process.stderr.write(
      `${row.error.code}: ${row.error.message}\n${row.error.hint ? `  ${row.error.hint}\n` : ""}`,
    );
    return 1;
  }
  const found = row.result?.found;
  const lines = found?.map((one) =>
    [
      one.name,
      one.rows === undefined ? "" : `~${one.rows} rows`,
      one.key?.length ? `key ${one.key.join(", ")}` : "",
      (one.columns ?? []).map((c) => `${c.name} ${c.type}`).join(", "),
    ]
      .filter(Boolean)
      .join("\t"),
  );
  output.print(row, lines ? lines.join("\n") || "Nothing was found." : `ok: ${row.result?.message ?? ""}`);
  return 0;
}

const SHOWN = "id, name, kind, settings, has_secret, pinned, status, error, checked_at, check_every::text";

export const connector: Command = {
  about: "ways into other systems: made, tested, explored",
  usage: [
    "connector create <name> --org <slug> (--kind <kind> | --preset <preset>) [--set <key>=<value> ...] [--secret-stdin | --secret-file <file>] [--secret-name <name>]",
    "connector test|discover <name> --org <slug>",
    "connector list --org <slug>",
    "connector alter <name> --org <slug> [--set <key>=<value> ...] [--unset <key> ...] [--rename <name>] [--every <30min|never>] [--secret-stdin | --secret-file <file>]",
    "connector drop <name> --org <slug>",
    "connector presets",
  ],
  async run(args, output) {
    const { positionals, values } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        org: text,
        kind: text,
        preset: text,
        rename: text,
        every: text,
        set: { ...text, multiple: true },
        unset: { ...text, multiple: true },
        "secret-stdin": flag,
        "secret-file": text,
        "secret-name": text,
      },
    });
    const [verb, name] = positionals;
    if (verb === "presets") {
      const presets = await Promise.all(
        (await presetNames()).map(async (one) => ({ name: one, ...(await readPreset(one)) })),
      );
      output.print(
        presets,
        table(
          presets.map((one) => ({
            name: one.name,
            parameters: Object.keys(one.parameters),
            title: one.title,
          })),
          "There are none.",
        ),
      );
      return 0;
    }
    if (!verb || (verb !== "list" && !name)) misused(connector);
    return withSession(async (session) => {
      const org = await findOrg(session, values.org);
      switch (verb) {
        case "create":
        case "alter": {
          const row = await (verb === "create" ? create : alter)(session, org, name!, values);
          const secret = row.has_secret ? "with its secret" : "without a secret";
          output.print(
            row,
            `${row.name} (${row.kind}), ${secret}. Try it: cadastre connector test ${row.name} --org ${org.slug}`,
          );
          return 0;
        }
        case "test":
        case "discover":
          return printCheck(await check(session, org, name!, verb === "discover"), output);
        case "list": {
          const rows = await askOrg<ConnectorRow>(
            session,
            org,
            `select ${SHOWN} from ingest.connectors order by name limit 500`,
          );
          output.print(
            rows,
            table(
              rows.map(({ name: n, kind, status, error }) => ({
                name: n,
                kind,
                status,
                error: error?.message,
              })),
              `There are none: cadastre connector create <name> --org ${org.slug} --kind <kind> adds one.`,
            ),
          );
          return 0;
        }
        case "drop":
          await askOrg(session, org, "select ingest.drop_connector($1)", [name]);
          output.print({ name, dropped: true }, `${name} is gone.`);
          return 0;
        default:
          return fail("USAGE", "connector takes create, test, discover, list, alter, drop or presets");
      }
    });
  },
};
