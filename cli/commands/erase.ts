import { parseArgs } from "node:util";
import {
  type Command,
  fail,
  findMember,
  findOrg,
  type OrgRow,
  type Session,
  withSession,
} from "../command.ts";
import { misused } from "../help.ts";
import { waitFor } from "../waiting.ts";

interface ErasureRow {
  id: string;
  state: string;
  needs_approval: boolean;
  expires_at: Date | null;
  found: Record<string, number>;
  notes: { file: string; note: string }[];
  error: { code: string; message: string; hint: string | null } | null;
}

/** In the order in which people want to know. */
const PLACES: Record<string, string> = {
  rows: "rows",
  versions: "versions of them",
  archivedVersions: "archived versions",
  archives: "archives",
  files: "files",
  fileLines: "records in files",
  rejectedRows: "rejected rows",
  issues: "issues of rows",
  rawRecords: "raw records",
  events: "events",
  failingRows: "failing rows of checks",
  profiles: "column profiles",
  samples: "samples and messages",
  changeKeys: "entries of the change feed",
};
const VERBS = ["list", "approve", "refuse", "withdraw"] as const;
const MAX_LISTED = 200;

const inPlaces = (found: Record<string, number>): string[] =>
  Object.entries(PLACES).flatMap(([name, what]) => (found[name] ? [`  ${found[name]} ${what}`] : []));

function describe({ id, state, found, notes, expires_at: until }: ErasureRow, dryRun: boolean): string {
  const lines = inPlaces(found);
  const waits = state === "approval";
  const head = lines.length === 0 ? "nothing was found" : dryRun || waits ? "found:" : "erased:";
  const next = waits
    ? [
        `nothing is erased yet: another person has to approve erasure ${id} until ${until!.toISOString()}`,
        `(cadastre erase approve ${id} --org <slug> --as <e-mail>)`,
      ]
    : [];
  return [head, ...lines, ...notes.map(({ file, note }) => `  file ${file}: ${note}`), ...next].join("\n");
}

interface ListedRow extends ErasureRow {
  reason: string;
  by: string | null;
  created_at: Date;
}

const LIST = `select e.id, e.state, e.needs_approval, e.expires_at, e.found, e.notes, e.error, e.reason, u.email::text as by, e.created_at
  from data.erasures e left join access.users u on u.id = e.requested_by
 where $1 or e.state not in ('succeeded', 'failed', 'refused') order by e.created_at desc limit ${MAX_LISTED}`;

const line = (row: ListedRow): string =>
  [
    `${row.id}  ${row.state}, asked for ${row.created_at.toISOString()} by ${row.by ?? "the service"}: ${row.reason}`,
    ...(row.state === "approval"
      ? [...inPlaces(row.found), `  waits for another person until ${row.expires_at!.toISOString()}`]
      : []),
  ].join("\n");

/** Waits until nothing of it runs any more: it is over, or waits for another person. */
const settled = (session: Session, org: OrgRow, id: string, timeout: string | undefined) =>
  waitFor(timeout, () =>
    session.asOrg(org.id, async (client) => {
      const { rows } = await client.query<ErasureRow>(
        "select id, state, needs_approval, expires_at, found, notes, error from data.erasures where id = $1",
        [id],
      );
      return ["succeeded", "failed", "refused", "approval"].includes(rows[0]!.state) ? rows[0]! : null;
    }),
  );

const string = { type: "string" } as const;
const OPTIONS = {
  org: string,
  dataset: string,
  key: string,
  values: string,
  subject: string,
  reason: string,
  note: string,
  as: string,
  timeout: string,
  all: { type: "boolean" },
  "dry-run": { type: "boolean" },
} as const;
type Values = Partial<Record<Exclude<keyof typeof OPTIONS, "all" | "dry-run">, string>>;

function subjectOf(values: Values): unknown {
  const parse = (text: string, name: string): unknown => {
    try {
      return JSON.parse(text);
    } catch {
      return fail("USAGE", `--${name} is not JSON`, `For example --key '{"id": 42}'.`);
    }
  };
  if (values.subject) return parse(values.subject, "subject");
  const part = {
    ...(values.key && { key: parse(values.key, "key") }),
    ...(values.values && { values: parse(values.values, "values") }),
  };
  return [{ dataset: values.dataset, ...part }];
}

/** Asks for it and waits for what becomes of it. */
async function request(values: Values, dryRun: boolean): Promise<ErasureRow> {
  const reason =
    values.reason ??
    (dryRun ? "search" : fail("USAGE", "--reason is missing", "Say why, without the data itself."));
  const subject = subjectOf(values);
  return withSession(async (session) => {
    const org = await findOrg(session, values.org);
    const userId = values.as ? await findMember(session, org, values.as) : null;
    const { rows } = await session.asOrg(
      org.id,
      (client) =>
        client.query<{ id: string }>("select id from data.request_erasure($1, $2, $3)", [
          JSON.stringify(subject),
          reason,
          dryRun,
        ]),
      userId,
    );
    return settled(session, org, rows[0]!.id, values.timeout);
  });
}

/** Says yes or no as a member, or takes one's own request back; an approved one is waited for. */
async function decide(verb: "approve" | "refuse" | "withdraw", id: string, values: Values) {
  const email = values.as ?? fail("USAGE", "--as is missing", "Name the member who decides, by e-mail.");
  return withSession(async (session) => {
    const org = await findOrg(session, values.org);
    const userId = await findMember(session, org, email);
    await session.asOrg(
      org.id,
      (client) =>
        verb === "withdraw"
          ? client.query("select data.withdraw_erasure($1)", [id])
          : client.query("select data.decide_erasure($1, $2, $3)", [
              id,
              verb === "approve",
              values.note ?? "",
            ]),
      userId,
    );
    return settled(session, org, id, values.timeout);
  });
}

export const erase: Command = {
  about: "erases a person's data wherever it is kept",
  usage: [
    "erase --org <slug> --dataset <name> --key <JSON>|--values <JSON> --reason <text> [--dry-run] [--as <e-mail>] [--timeout <seconds>]",
    "erase --org <slug> --subject <JSON list> --reason <text> [--dry-run] ...",
    "erase list --org <slug> [--all]",
    "erase approve|refuse <erasure> --org <slug> --as <e-mail> [--note <text>] [--timeout <seconds>]",
    "erase withdraw <erasure> --org <slug> --as <e-mail>",
  ],
  async run(args, output) {
    const { positionals, values } = parseArgs({ args, allowPositionals: true, options: OPTIONS });
    const [said, id, ...more] = positionals;
    const verb = VERBS.find((one) => one === said);
    if ((said && !verb) || more.length > 0 || (id !== undefined) !== (verb !== undefined && verb !== "list"))
      misused(erase);
    if (verb === "list") {
      const rows = await withSession(async (session) => {
        const org = await findOrg(session, values.org);
        return session.asOrg(
          org.id,
          async (client) => (await client.query<ListedRow>(LIST, [values.all === true])).rows,
        );
      });
      output.print(rows, rows.length === 0 ? "No erasure is under way." : rows.map(line).join("\n"));
      return 0;
    }
    const dryRun = values["dry-run"] === true;
    const done = verb && id ? await decide(verb, id, values) : await request(values, dryRun);
    if (done.state === "refused") {
      output.print(
        done,
        `erasure ${done.id} is ${verb === "withdraw" ? "withdrawn" : "refused"}; nothing was erased`,
      );
      return 0;
    }
    if (done.error) fail(done.error.code, done.error.message, done.error.hint ?? undefined);
    output.print(done, describe(done, dryRun));
    return 0;
  },
};
