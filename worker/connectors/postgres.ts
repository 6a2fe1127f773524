/** PostgreSQL: tables and views by COPY, in a transaction that cannot write. */
import { Readable } from "node:stream";
import pg from "pg";
import copy from "pg-copy-streams";
import { z } from "zod";
import { isPgError } from "../../lib/errors.ts";
import { commonFailure, SourceError, unknownFailure } from "./failures.ts";
import { findWay } from "./secure.ts";
import {
  type Bounds,
  boundsOf,
  type Column,
  chosenOf,
  rangeName,
  readCursor,
  type TableCursor,
  tableSelection,
} from "./tables.ts";
import { CSV, nameOf } from "./text.ts";
import {
  type At,
  defineKind,
  type Found,
  host,
  type Item,
  MAX_FOUND,
  port,
  type ReadRequest,
  tlsSettings,
} from "./types.ts";

const settings = z.strictObject({
  host,
  port: port.default(5432),
  database: z.string().min(1).max(200),
  user: z.string().min(1).max(200),
  ...tlsSettings,
});
const secret = z.strictObject({ password: z.string().min(1).max(10_000) });
type Here = At<z.output<typeof settings>, z.output<typeof secret>>;

const CONNECT_MS = 15_000;
const SETUP = `set session characteristics as transaction isolation level repeatable read, read only;
  set datestyle = 'ISO, YMD'; set timezone = 'UTC'; set intervalstyle = 'iso_8601'; set client_encoding = 'UTF8'; set extra_float_digits = 1`;

function tell(error: unknown, at: Here): SourceError {
  const { host, port, user, database } = at.settings;
  const where = `${host}:${port}`;
  const known = commonFailure(error, where);
  if (known) return known;
  const options = { cause: error };
  const said = error instanceof Error ? error.message : String(error);
  if (/does not support SSL/i.test(said)) {
    return new SourceError(
      "identity",
      `${where}: the server speaks no TLS`,
      "Turn TLS on there; tls may be off within networks that the installation allows.",
      options,
    );
  }
  if (!isPgError(error)) return unknownFailure(error, where);
  if (error.code.startsWith("28")) {
    return new SourceError(
      "auth",
      `${where}: the user ${user} was not let in`,
      "Check user and password, and that the server admits this address (pg_hba.conf).",
      options,
    );
  }
  if (error.code === "3D000") {
    return new SourceError(
      "missing",
      `${where}: there is no database ${database}`,
      "Check the name.",
      options,
    );
  }
  if (error.code === "42501") {
    return new SourceError(
      "denied",
      `${where}: ${said}`,
      `Grant ${user} the right there: grant select on ... to ${user}.`,
      options,
    );
  }
  // Undefined tables and columns, values that are not of the cursor's type.
  if (/^(42|22)/.test(error.code)) {
    return new SourceError(
      "missing",
      `${where}: ${said}`,
      "Check table, columns, cursor field and range.",
      options,
    );
  }
  return unknownFailure(error, where);
}

/** Runs `work` on a connection, which is closed whatever happens; errors are told as those of the source. */
async function withClient<T>(at: Here, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const { settings, secret } = at;
  let client: pg.Client | null = null;
  const stop = (): void => void client?.end().catch(() => undefined);
  try {
    client = await connect(at);
    at.signal.addEventListener("abort", stop, { once: true });
    return await work(client);
  } catch (error) {
    at.signal.throwIfAborted();
    throw tell(error, { ...at, settings, secret });
  } finally {
    at.signal.removeEventListener("abort", stop);
    await client?.end().catch(() => undefined);
  }
}

async function connect({ settings, secret, network, signal }: Here): Promise<pg.Client> {
  const way = await findWay(network, settings);
  signal.throwIfAborted();
  const client = new pg.Client({
    host: way.address,
    port: settings.port,
    database: settings.database,
    user: settings.user,
    password: secret.password,
    ssl: way.tls ?? false,
    application_name: "cadastre",
    connectionTimeoutMillis: CONNECT_MS,
    keepAlive: true,
  });
  client.on("error", () => undefined);
  await client.connect();
  await client.query(SETUP);
  return client;
}

const quote = (name: string): string => pg.escapeIdentifier(name);

/** Schema and name, and the columns that are read. Errors: SourceError missing. */
async function describe(
  client: pg.Client,
  selection: z.output<typeof tableSelection>,
): Promise<{ table: string; columns: Column[]; cursor: Column | null }> {
  const dot = selection.table.indexOf(".");
  const schema = dot < 0 ? "public" : selection.table.slice(0, dot);
  const name = selection.table.slice(dot + 1);
  const { rows } = await client.query<Column>(
    `select a.attname as name, format_type(a.atttypid, a.atttypmod) as type
       from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = $1 and c.relname = $2 and c.relkind in ('r', 'p', 'v', 'm', 'f') and a.attnum > 0 and not a.attisdropped
      order by a.attnum`,
    [schema, name],
  );
  return { table: `${quote(schema)}.${quote(name)}`, ...chosenOf(selection, rows) };
}

/** The highest value of the cursor and how many rows have it. */
async function highest(client: pg.Client, table: string, cursor: Column): Promise<TableCursor | null> {
  const column = quote(cursor.name);
  const { rows } = await client.query<{ value: string | null; ties: string }>(
    `select m.value::text as value, (select count(*) from ${table} t where t.${column} = m.value)::text as ties
       from (select max(${column}) as value from ${table}) m`,
  );
  const row = rows[0]!;
  return row.value === null ? null : { value: row.value, ties: Number(row.ties) };
}

/** COPY takes no parameters, so values are written as literals of the column's own type. */
function condition(cursor: Column, bounds: Omit<Bounds, "next">): string {
  const value = (text: string): string => `${pg.escapeLiteral(text)}::${cursor.type}`;
  const column = quote(cursor.name);
  const parts = [
    ...(bounds.from === null ? [] : [`${column} >= ${value(bounds.from)}`]),
    ...(bounds.to === null ? [] : [`${column} ${bounds.toInclusive ? "<=" : "<"} ${value(bounds.to)}`]),
  ];
  return parts.length === 0 ? "" : ` where ${parts.join(" and ")}`;
}

/** Values as the loader reads them: booleans as words. */
function expression({ name, type }: Column): string {
  return type === "boolean" ? `${quote(name)}::text as ${quote(name)}` : quote(name);
}

async function* read(at: Here, request: ReadRequest<z.output<typeof tableSelection>>): AsyncGenerator<Item> {
  const { selection, how, mode, range } = request;
  let client: pg.Client | null = null;
  const stop = (): void => void client?.end().catch(() => undefined);
  request.signal.addEventListener("abort", stop, { once: true });
  try {
    client = await connect(at);
    await client.query("begin isolation level repeatable read read only");
    const { table, columns, cursor } = await describe(client, selection);
    let bounds: Bounds = { from: null, to: null, toInclusive: false, next: null };
    if (range !== null && cursor !== null) {
      bounds = { from: range.from, to: range.to ?? null, toInclusive: false, next: null };
    } else if (how === "incremental" && cursor !== null) {
      const found = boundsOf(readCursor(request.cursor), await highest(client, table, cursor), mode);
      if (found === null) return;
      bounds = found;
    }
    const where = cursor === null ? "" : condition(cursor, bounds);
    const text = `copy (select ${columns.map(expression).join(", ")} from ${table}${where}) to stdout (format csv, header)`;
    const rows = client.query(copy.to(text));
    yield {
      name: nameOf(request.source, selection.table, rangeName(bounds), "csv"),
      options: CSV,
      body: told(rows, at),
      cursor: () => bounds.next ?? request.cursor,
      isEmpty: () => how === "incremental" && rows.rowCount === 0,
    };
  } catch (error) {
    request.signal.throwIfAborted();
    throw tell(error, at);
  } finally {
    request.signal.removeEventListener("abort", stop);
    await client?.end().catch(() => undefined);
  }
}

/** The stream with its errors told as the source's. */
function told(rows: Readable, at: Here): Readable {
  async function* passed(): AsyncGenerator<Buffer> {
    try {
      for await (const chunk of rows as AsyncIterable<Buffer>) yield chunk;
    } catch (error) {
      throw tell(error, at);
    }
  }
  return Readable.from(passed(), { objectMode: false });
}

const DISCOVER = `
  select n.nspname as schema, c.relname as name, greatest(c.reltuples, 0)::float8 as rows,
         (select json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod)) order by a.attnum)
            from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attnum <= 500) as columns,
         (select json_agg(a.attname order by array_position(i.indkey::int2[], a.attnum))
            from pg_index i join pg_attribute a on a.attrelid = c.oid and a.attnum = any (i.indkey)
           where i.indrelid = c.oid and i.indisprimary) as key
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
   where c.relkind in ('r', 'p', 'v', 'm', 'f') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
     and not coalesce(c.relispartition, false) and has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select')
   order by 1, 2 limit ${MAX_FOUND + 1}`;

interface DiscoveredRow {
  schema: string;
  name: string;
  rows: number;
  columns: Column[] | null;
  key: string[] | null;
}

export const postgres = defineKind({
  settings,
  secret,
  selection: tableSelection,
  test: (at) =>
    withClient(at, async (client) => {
      const { rows } = await client.query<{ version: string }>(
        "select current_setting('server_version') as version",
      );
      return {
        message: `PostgreSQL ${rows[0]!.version}, database ${at.settings.database}, user ${at.settings.user}`,
      };
    }),
  discover: (at) =>
    withClient(at, async (client) => {
      const { rows } = await client.query<DiscoveredRow>(DISCOVER);
      return rows.map(
        (row): Found => ({
          name: `${row.schema}.${row.name}`,
          selection: { table: `${row.schema}.${row.name}` },
          columns: row.columns ?? [],
          key: row.key ?? [],
          rows: Math.round(row.rows),
        }),
      );
    }),
  read,
});
