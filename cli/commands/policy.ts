import { readFile, stat } from "node:fs/promises";
import { parseArgs } from "node:util";
import type pg from "pg";
import { z } from "zod";
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

const MAX_FILE = 100_000;

/** A policy as a file writes it: names and e-mail addresses where the database has ids. The database checks the rest. */
const policyFile = z.strictObject({
  $schema: z.string().optional(),
  name: z.string(),
  kind: z.string(),
  description: z.string().optional(),
  condition: z.unknown().optional(),
  mask: z.unknown().optional(),
  datasets: z.array(z.string()).max(1000).default([]),
  tags: z.array(z.string()).max(100).default([]),
  permissions: z.array(z.string()).max(200).default([]),
  roles: z.array(z.string()).max(100).default([]),
  users: z.array(z.string()).max(1000).default([]),
  priority: z.int().optional(),
  enabled: z.boolean().optional(),
});

interface PolicyRow {
  id: string;
  name: string;
  kind: string;
  enabled: boolean;
  priority: number;
}

async function readPolicy(path: string): Promise<z.infer<typeof policyFile>> {
  const found = await stat(path).catch(() => null);
  if (!found?.isFile()) fail("NOT_A_FILE", `${path} is not a file`, "Name a JSON file with one policy.");
  if (found.size > MAX_FILE) fail("USAGE", `${path} is longer than ${MAX_FILE} bytes`);
  let content: unknown;
  try {
    content = JSON.parse(await readFile(path, "utf8"));
  } catch (error) {
    fail("BAD_INPUT", `${path} is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const parsed = policyFile.safeParse(content);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  const where = issue.path.join(".") || path;
  return fail(
    "BAD_INPUT",
    `${where}: ${issue.message}`,
    "docs/reference/policies.schema.json describes the file.",
  );
}

async function datasetIds(client: pg.ClientBase, names: string[]): Promise<string[]> {
  const { rows } = await client.query<{ id: string; name: string }>(
    "select id, name from data.datasets where name = any ($1)",
    [names],
  );
  return names.map(
    (name) =>
      rows.find((row) => row.name === name)?.id ??
      fail("NOT_FOUND", `there is no dataset ${name}`, "Name datasets of the organization."),
  );
}

const asJson = (value: unknown) => (value === undefined || value === null ? null : JSON.stringify(value));

async function add(session: Session, org: OrgRow, path: string): Promise<PolicyRow> {
  const policy = await readPolicy(path);
  const users: string[] = [];
  for (const email of policy.users) users.push(await findMember(session, org, email));
  return session.asOrg(org.id, async (client) => {
    const { rows } = await client.query<PolicyRow>(
      `select id, name, kind, enabled, priority from access.create_policy(name => $1, kind => $2, condition => $3,
         mask => $4, datasets => $5, tags => $6, permissions => $7, roles => $8, users => $9,
         priority => coalesce($10::int, 100), description => $11, enabled => $12)`,
      [
        policy.name,
        policy.kind,
        asJson(policy.condition),
        asJson(policy.mask),
        await datasetIds(client, policy.datasets),
        policy.tags,
        policy.permissions,
        policy.roles,
        users,
        policy.priority ?? null,
        policy.description ?? "",
        policy.enabled ?? true,
      ],
    );
    return rows[0]!;
  });
}

const list = (session: Session, org: OrgRow) =>
  session.asOrg(org.id, async (client) => {
    const { rows } = await client.query<PolicyRow & Record<string, unknown>>(
      `select p.id, p.name, p.kind, p.enabled, p.priority, p.roles, p.tags, p.permissions, p.condition, p.mask,
              array(select d.name from data.datasets d where d.id = any (p.datasets) order by 1) as datasets,
              array(select u.email::text from access.users u where u.id = any (p.users) order by 1) as users
         from access.policies p order by p.priority, p.name limit 1000`,
    );
    return rows;
  });

/** By name or id. */
const remove = (session: Session, org: OrgRow, which: string) =>
  session.asOrg(org.id, async (client) => {
    const { rows } = await client.query<{ id: string }>(
      "select id from access.policies where id::text = $1 or name = $1",
      [which],
    );
    if (!rows[0])
      fail("NOT_FOUND", `there is no policy ${which} in ${org.slug}`, "See cadastre policy list.");
    await client.query("select access.remove_policy($1)", [rows[0].id]);
    return { removed: rows[0].id };
  });

export const policy: Command = {
  about: "row filters, masks and conditions of permissions",
  usage: [
    "policy add <file.json> --org <slug>",
    "policy list --org <slug>",
    "policy remove <name or id> --org <slug>",
  ],
  async run(args, output) {
    const { positionals, values } = parseArgs({
      args,
      allowPositionals: true,
      options: { org: { type: "string" } },
    });
    const [verb, what] = positionals;
    await withSession(async (session) => {
      if (verb === "list") {
        const rows = await list(session, await findOrg(session, values.org));
        const lines = rows.map(
          (row) =>
            `${row.id}  ${row.kind.padEnd(10)} ${row.enabled ? "on " : "off"} ${String(row.priority).padStart(5)}  ${row.name}`,
        );
        output.print(rows, lines.join("\n") || "no policies");
      } else if (verb === "add" && what) {
        const made = await add(session, await findOrg(session, values.org), what);
        output.print(made, `${made.id}  ${made.kind}  ${made.name}`);
      } else if (verb === "remove" && what) {
        const gone = await remove(session, await findOrg(session, values.org), what);
        output.print(gone, `removed ${gone.removed}`);
      } else misused(policy);
    });
    return 0;
  },
};
