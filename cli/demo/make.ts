/** Makes the demo on an empty home, through the same functions, files and loader as everybody's data. */
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import type pg from "pg";
import { z } from "zod";
import type { Config } from "../../lib/config.ts";
import { AppError } from "../../lib/errors.ts";
import { type Connections, writePrivate } from "../../lib/instance.ts";
import type { Logger } from "../../lib/log.ts";
import { hashPassword } from "../../lib/passwords.ts";
import { createPool, withClaim } from "../../lib/pg.ts";
import type { ObjectStore } from "../../lib/stores/object/index.ts";
import { inspectFile } from "../../worker/readers/index.ts";
import type { OrgRow, Session } from "../command.ts";
import { ingestFile, ingestStream } from "../ingest-file.ts";
import { DEMO, DEMO_ROLES, type DemoDataset, type DemoOrg } from "./plan.ts";

const accountsShape = z.array(
  z.object({ email: z.string(), password: z.string(), org: z.string(), role: z.string() }),
);
export type DemoAccount = z.infer<typeof accountsShape>[number];

const MAX_DEMO_BYTES = 64 * 1024 * 1024;

/** Accounts of the demo, empty where there is none. */
export async function readDemoAccounts(home: string): Promise<DemoAccount[]> {
  const text = await readFile(path.join(home, "demo.json"), "utf8").catch(() => "[]");
  return accountsShape.parse(JSON.parse(text));
}

async function makeAccounts(session: Session, org: DemoOrg, orgId: string): Promise<DemoAccount[]> {
  const accounts: DemoAccount[] = [];
  for (const role of DEMO_ROLES) {
    const account = {
      email: `${role}@${org.slug}.example`,
      password: randomBytes(9).toString("base64url"),
      org: org.slug,
      role,
    };
    const hash = await hashPassword(account.password);
    await session.asPlatform((client) =>
      client.query("select access.add_member($1, $2, $3, $4, $5)", [
        account.email,
        role,
        `${role[0]!.toUpperCase()}${role.slice(1)} of ${org.name}`,
        hash,
        orgId,
      ]),
    );
    accounts.push(account);
  }
  return accounts;
}

/** The inferred contract with the plan's rules on top, created by the organization's editor. */
async function makeDataset(
  session: Session,
  orgId: string,
  userId: string,
  plan: DemoDataset,
): Promise<void> {
  const { contract } = await inspectFile(plan.editions.at(-1)!.path);
  const fields = contract!.fields.map((field) => ({ ...field, ...plan.rules?.[field.name] }));
  const unknown = Object.keys(plan.rules ?? {}).filter(
    (name) => !fields.some((field) => field.name === name),
  );
  if (unknown.length > 0) throw new AppError("DEMO", `${plan.name} has no field ${unknown.join(", ")}`);
  await session.asOrg(
    orgId,
    (client) =>
      client.query("select data.create_dataset($1, $2, $3, null, $4, $5)", [
        plan.name,
        JSON.stringify(fields),
        plan.key,
        plan.title,
        plan.description,
      ]),
    userId,
  );
}

async function loadDataset(session: Session, org: OrgRow, userId: string, plan: DemoDataset): Promise<void> {
  for (const edition of plan.editions) {
    const text = await edition.body();
    const options = { dataset: plan.name, mode: edition.mode, userId, maxBytes: MAX_DEMO_BYTES };
    const result =
      text === null
        ? await ingestFile(session, org, edition.path, options)
        : await ingestStream(session, org, Readable.from([Buffer.from(text)]), {
            ...options,
            fileName: edition.fileName,
          });
    if (result.status !== "succeeded") {
      throw new AppError(
        "DEMO",
        `${plan.name}: ${result.status}: ${result.error?.message ?? "no reason given"}`,
        {
          hint: "Start without the demo: CADASTRE_DEMO=0.",
        },
      );
    }
  }
}

function sessionOver(pool: pg.Pool, connections: Connections, store: ObjectStore, home: string): Session {
  const key = connections.claimKey;
  return {
    adminUrl: connections.adminUrl,
    store,
    home,
    asPlatform: (work) => withClaim(pool, key, { kind: "service", orgId: null, userId: null }, work),
    asOrg: (orgId, work, userId = null) =>
      withClaim(pool, key, { kind: userId ? "user" : "service", orgId, userId }, work),
  };
}

async function makeOrg(session: Session, plan: DemoOrg): Promise<DemoAccount[]> {
  const { rows } = await session.asPlatform((client) =>
    client.query<OrgRow>("select id, slug, schema_key from tenancy.create_organization($1, $2)", [
      plan.slug,
      plan.name,
    ]),
  );
  const org = rows[0]!;
  const accounts = await makeAccounts(session, plan, org.id);
  const { rows: editors } = await session.asOrg(org.id, (client) =>
    client.query<{ user_id: string }>(
      "select user_id from access.memberships where org_id = $1 and role_key = 'editor'",
      [org.id],
    ),
  );
  const editor = editors[0]!.user_id;
  for (const dataset of plan.datasets) {
    await makeDataset(session, org.id, editor, dataset);
    await loadDataset(session, org, editor, dataset);
  }
  return accounts;
}

/** Makes the demo unless the installation has organizations already. A demo cut short is not begun again. */
export async function makeDemo(
  config: Config,
  connections: Connections,
  store: ObjectStore,
  log: Logger,
): Promise<void> {
  const pool = createPool(connections.workerUrl, { name: "cadastre-demo", max: 4, log });
  const session = sessionOver(pool, connections, store, config.home);
  try {
    const { rows } = await session.asPlatform((client) =>
      client.query("select from tenancy.organizations limit 1"),
    );
    if (rows.length > 0) return;
    const accounts = (await Promise.all(DEMO.map((org) => makeOrg(session, org)))).flat();
    await writePrivate(path.join(config.home, "demo.json"), `${JSON.stringify(accounts, null, 2)}\n`);
  } finally {
    await pool.end();
  }
}
