/** Grants from the machine itself: the platform's operator acts through the organization's service claim. */
import { parseArgs } from "node:util";
import type pg from "pg";
import {
  type Command,
  fail,
  findDataset,
  findMember,
  findOrg,
  type OrgRow,
  type Session,
  withSession,
} from "../command.ts";
import { misused } from "../help.ts";

const UNITS: Record<string, string> = { s: "seconds", m: "minutes", h: "hours", d: "days" };
const MAX_LISTED = 1000;

interface GrantRow {
  id: string;
  email: string;
  what: string;
  effect: string;
  object: string | null;
  starts_at: Date;
  ends_at: Date;
  revoked_at: Date | null;
  reason: string;
  delegated_by: string | null;
}

const OPTIONS = {
  org: { type: "string" },
  user: { type: "string" },
  permission: { type: "string" },
  role: { type: "string" },
  dataset: { type: "string" },
  deny: { type: "boolean" },
  for: { type: "string" },
  reason: { type: "string" },
  all: { type: "boolean" },
} as const;

interface Values {
  org?: string | undefined;
  user?: string | undefined;
  permission?: string | undefined;
  role?: string | undefined;
  dataset?: string | undefined;
  deny?: boolean | undefined;
  for?: string | undefined;
  reason?: string | undefined;
  all?: boolean | undefined;
}

/** 3s, 20m, 2h, 30d as PostgreSQL's interval. Errors: AppError USAGE. */
function interval(text: string | undefined): string {
  const match = /^(\d{1,6})([smhd])$/.exec(text ?? "");
  if (!match) fail("USAGE", "--for takes a number with s, m, h or d", "For example --for 30d.");
  return `${match[1]} ${UNITS[match[2]!]}`;
}

/** Own roles and system roles never share a key, so the key tells which it is. */
async function isSystemRole(client: pg.PoolClient, key: string): Promise<boolean> {
  return (await client.query("select from access.roles where key = $1", [key])).rowCount === 1;
}

async function add(session: Session, org: OrgRow, values: Values): Promise<GrantRow> {
  if (!values.user || (values.permission === undefined) === (values.role === undefined)) {
    misused(grant, 0);
  }
  const lasts = interval(values.for);
  const userId = await findMember(session, org, values.user);
  const datasetId = values.dataset ? await findDataset(session, org, values.dataset) : null;
  return session.asOrg(org.id, async (client) => {
    const system = values.role !== undefined && (await isSystemRole(client, values.role));
    const { rows } = await client.query<{ id: string }>(
      `select id from access.grant_access(user_id => $1, lasts => $2::interval, permission => $3, system_role => $4,
         own_role => $5, object_kind => $6, object_id => $7, effect => $8, reason => $9)`,
      [
        userId,
        lasts,
        values.permission ?? null,
        system ? values.role : null,
        system ? null : (values.role ?? null),
        datasetId ? "dataset" : "organization",
        datasetId,
        values.deny ? "deny" : "allow",
        values.reason ?? "",
      ],
    );
    return (await list(client, rows[0]!.id, null, true))[0]!;
  });
}

async function list(
  client: pg.PoolClient,
  id: string | null,
  userId: string | null,
  all: boolean,
): Promise<GrantRow[]> {
  const { rows } = await client.query<GrantRow>(
    `select g.id, u.email::text as email, coalesce(g.permission, g.system_role, g.own_role) as what, g.effect,
            case when g.object_kind <> 'organization' then g.object_kind || ' ' || coalesce(d.name, g.object_id) end as object,
            g.starts_at, g.ends_at, g.revoked_at, g.reason, b.email::text as delegated_by
       from access.grants g
       join access.users u on u.id = g.user_id
       left join access.users b on b.id = g.delegated_by
       left join data.datasets d on g.object_kind = 'dataset' and d.id::text = g.object_id
      where ($1::uuid is null or g.id = $1) and ($2::uuid is null or g.user_id = $2)
        and ($3 or (g.revoked_at is null and g.ends_at > clock_timestamp()))
      order by g.ends_at, g.id limit ${MAX_LISTED}`,
    [id, userId, all],
  );
  return rows;
}

/** Ends one grant by its id, or all in force that fit user, permission or role, and dataset. */
async function revoke(
  session: Session,
  org: OrgRow,
  values: Values,
  id: string | undefined,
): Promise<GrantRow[]> {
  const what = values.permission ?? values.role;
  if (!id && (!values.user || !what)) misused(grant, 1);
  const userId = values.user ? await findMember(session, org, values.user) : null;
  return session.asOrg(org.id, async (client) => {
    const found = (await list(client, id ?? null, userId, false)).filter(
      (g) => id || (g.what === what && g.object === (values.dataset ? `dataset ${values.dataset}` : null)),
    );
    if (found.length === 0) {
      fail("NOT_FOUND", "there is no such grant in force", "See cadastre grant list.");
    }
    for (const g of found) await client.query("select access.revoke_grant($1)", [g.id]);
    return found;
  });
}

function line(g: GrantRow): string {
  const state = g.revoked_at ? `revoked ${g.revoked_at.toISOString()}` : `until ${g.ends_at.toISOString()}`;
  const from = g.delegated_by ? ` by ${g.delegated_by}` : "";
  return `${g.id}  ${g.email} ${g.effect}s ${g.what}${g.object ? ` on ${g.object}` : ""}${from} ${state}`.replace(
    / (allow|deny)s /,
    (_, effect: string) => (effect === "deny" ? " is denied " : " holds "),
  );
}

export const grant: Command = {
  about: "permissions and roles that are given for a time",
  usage: [
    "grant add --org <slug> --user <email> (--permission <p> | --role <r>) [--dataset <d>] [--deny] --for <3s|20m|2h|30d> [--reason <text>]",
    "grant revoke (<id> | --user <email> (--permission <p> | --role <r>) [--dataset <d>]) --org <slug>",
    "grant list --org <slug> [--user <email>] [--all]",
  ],
  async run(args, output) {
    const { positionals, values } = parseArgs({ args, allowPositionals: true, options: OPTIONS });
    const [verb, id] = positionals;
    if (verb !== "add" && verb !== "revoke" && verb !== "list") {
      misused(grant);
    }
    return withSession(async (session) => {
      const org = await findOrg(session, values.org);
      if (verb === "add") {
        const made = await add(session, org, values);
        output.print(made, line(made));
      } else if (verb === "revoke") {
        const gone = await revoke(session, org, values, id);
        output.print(gone, gone.map((g) => `Revoked ${g.id}: ${g.email}, ${g.what}.`).join("\n"));
      } else {
        const userId = values.user ? await findMember(session, org, values.user) : null;
        const rows = await session.asOrg(org.id, (client) => list(client, null, userId, values.all === true));
        output.print(rows, rows.map(line).join("\n") || `${org.slug} has no grants in force.`);
      }
      return 0;
    });
  },
};
