/** A session on the organization's unprivileged login, on which alone what people write as SQL runs. */
import { randomBytes } from "node:crypto";
import pg from "pg";
import { sandboxSession, signClaim } from "../../lib/claims.ts";
import { loginUrl } from "../../lib/db/urls.ts";
import { AppError, explain, isPgError } from "../../lib/errors.ts";
import { asOrganization } from "../load/session.ts";
import { MAX_TEMP_BYTES, type Sandbox, type TransformContext } from "./types.ts";

/** As long as the watchdog lets a transaction of the login be, and a little more. */
const CLAIM_SECONDS = 2 * 3600;
const CONNECT_MS = 10_000;
/** A server process whose client is gone ends its query after this. */
const CHECK_INTERVAL = "2s";
/** How often the size of its temporary tables is looked at. */
const SIZE_MS = 2000;

interface Login {
  role_name: string | null;
  sealed: string | null;
}

interface Known {
  role: string;
  password: string;
}

/** For whom it runs: a member, or the organization's service. */
export interface Who {
  orgId: string;
  userId: string | null;
}

/**
 * Opens a session; the caller closes it. Errors: AppError IN067 where the person it runs for is no live member any more;
 * those of the connection.
 */
export async function openSandbox(context: TransformContext, who: Who): Promise<Sandbox> {
  const login = await loginOf(context, who.orgId, null);
  const client = await connect(context, login).catch(async (error: unknown) => {
    // The role was dropped or changed by hand, or the login was made on another cluster.
    if (!isPgError(error) || error.code !== "28P01") throw error;
    return connect(context, await loginOf(context, who.orgId, login.role));
  });
  try {
    return await begin(context, who, client);
  } catch (error) {
    await client.end().catch(() => undefined);
    throw error;
  }
}

/**
 * Whoever a pipeline runs for may still run it: a schedule does not outlast the rights of who made it. Errors: AppError
 * IN067.
 */
export async function requireStanding(sandbox: Sandbox): Promise<void> {
  const { rows } = await sandbox.run<{ may: boolean }>(
    "select private.has_permission('pipeline.execute') and private.has_permission('run.execute') as may",
  );
  if (rows[0]!.may) return;
  throw new AppError("IN067", "the person for whom this runs may not run pipelines any more", {
    hint: "Somebody who may saves the pipeline again, or runs it by hand.",
  });
}

/** The organization's login, made where there is none, or anew in place of `instead`. */
async function loginOf(context: TransformContext, orgId: string, instead: string | null): Promise<Known> {
  const { secrets } = context;
  const purpose = `sandbox:${orgId}`;
  return asOrganization(context, orgId, null, async (client) => {
    const there = (await client.query<Login>("select role_name, sealed from private.sandbox_login()"))
      .rows[0]!;
    if (there.role_name !== null && there.role_name !== instead) {
      const password = unseal(() => secrets.open(purpose, there.sealed!));
      if (password !== null) return { role: there.role_name, password };
    }
    const fresh = randomBytes(24).toString("base64url");
    const { rows } = await client.query<Login>(
      "select role_name, sealed from private.put_sandbox_login($1, $2, $3)",
      [fresh, secrets.seal(purpose, fresh), there.role_name],
    );
    return { role: rows[0]!.role_name!, password: secrets.open(purpose, rows[0]!.sealed!) };
  });
}

/** null: sealed with a key that this installation has no more. */
function unseal(open: () => string): string | null {
  try {
    return open();
  } catch {
    return null;
  }
}

async function connect(context: TransformContext, { role, password }: Known): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: loginUrl(context.pool.options.connectionString!, role, password),
    application_name: "cadastre-sandbox",
    connectionTimeoutMillis: CONNECT_MS,
  });
  client.on("error", (error) => context.log.debug({ err: error.message }, "sandbox connection lost"));
  await client.connect();
  return client;
}

async function begin(context: TransformContext, who: Who, client: pg.Client): Promise<Sandbox> {
  const { rows } = await client.query<{ pid: number }>("select pg_backend_pid() as pid");
  const claim = signClaim(
    { kind: "sandbox", ...who, sessionId: sandboxSession(rows[0]!.pid), ttlSeconds: CLAIM_SECONDS },
    context.claimKey,
  );
  const { rows: found } = await client.query<{ org: string | null; schema: string }>(
    `select set_config('client_connection_check_interval', $1, false), set_config('cadastre.claim', $2, false),
            current_setting('search_path') as schema`,
    [CHECK_INTERVAL, claim],
  );
  // A statement of its own: who is asking is decided once a statement.
  const { rows: known } = await client.query<{ org: string | null }>("select private.org_id() as org");
  if (known[0]!.org !== who.orgId) {
    throw new AppError("IN067", "the person for whom this runs is not an active member any more", {
      hint: "Somebody who is one saves the pipeline again, or runs it by hand.",
    });
  }
  const schemaName = found[0]!.schema.replaceAll('"', "");
  // The first temporary table makes the schema in which all of them are.
  await client.query('create temp table "cadastre session" ()');
  const { rows: temp } = await client.query<{ schema: number }>("select pg_my_temp_schema()::oid as schema");
  const size = watchSize(context, client, temp[0]!.schema);
  let count = 0;
  return {
    client,
    selects: new Map(),
    part: null,
    schemaName,
    schema: `"${schemaName}"`,
    maskKey: context.secrets.sign(`mask:${who.orgId}`, "pipelines"),
    // Named, so that it goes by the extended protocol, which takes one statement only.
    run: (text, values = []) => client.query({ name: `s${++count}`, text, values }),
    overflown: size.overflown,
    close() {
      size.stop();
      return client.end().catch(() => undefined);
    },
  };
}

/**
 * Ends the session when its temporary tables grow beyond the bound, which PostgreSQL has no setting for (temp_file_limit
 * is about sorts and hashes). Looked at from outside, over the worker's own connections, while a statement runs.
 */
function watchSize(
  context: TransformContext,
  client: pg.Client,
  schema: number,
): { overflown(): boolean; stop(): void } {
  const most = context.maxTempBytes ?? MAX_TEMP_BYTES;
  let over = false;
  const look = async (): Promise<void> => {
    const { rows } = await context.pool.query<{ bytes: string }>(
      "select coalesce(sum(pg_total_relation_size(c.oid)), 0) as bytes from pg_class c where c.relnamespace = $1",
      [schema],
    );
    if (Number(rows[0]!.bytes) <= most) return;
    over = true;
    clearInterval(timer);
    await client.end();
  };
  const timer = setInterval(() => {
    look().catch((error: unknown) =>
      context.log.debug({ err: explain(error) }, "a look at a sandbox's size failed"),
    );
  }, SIZE_MS);
  timer.unref();
  return { overflown: () => over, stop: () => clearInterval(timer) };
}
