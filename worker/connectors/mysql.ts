/** MySQL and MariaDB: rows stream from one read-only snapshot into CSV. */
import { type Connection, createConnection, type RowDataPacket } from "mysql2";
import { z } from "zod";
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
import { CSV, csvLines, nameOf, textStream } from "./text.ts";
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
  port: port.default(3306),
  database: z.string().min(1).max(200),
  user: z.string().min(1).max(200),
  ...tlsSettings,
});
const secret = z.strictObject({ password: z.string().min(1).max(10_000) });
type Here = At<z.output<typeof settings>, z.output<typeof secret>>;

const CONNECT_MS = 15_000;
/** Rows in memory at once. */
const AHEAD = 500;
const NUMERIC = /^(tinyint|smallint|mediumint|int|bigint|decimal|numeric|float|double|year)/;
const NUMBER = /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/;

const AUTH = new Set([
  "ER_ACCESS_DENIED_ERROR",
  "ER_ACCESS_DENIED_NO_PASSWORD_ERROR",
  "ER_NOT_SUPPORTED_AUTH_MODE",
]);
const DENIED = new Set([
  "ER_TABLEACCESS_DENIED_ERROR",
  "ER_COLUMNACCESS_DENIED_ERROR",
  "ER_DBACCESS_DENIED_ERROR",
]);
const MISSING = new Set(["ER_BAD_DB_ERROR", "ER_NO_SUCH_TABLE", "ER_BAD_FIELD_ERROR"]);

function tell(error: unknown, { settings: { host, port, user } }: Here): SourceError {
  const where = `${host}:${port}`;
  const known = commonFailure(error, where);
  if (known) return known;
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const said = error instanceof Error ? error.message : String(error);
  const options = { cause: error };
  if (AUTH.has(code)) {
    return new SourceError(
      "auth",
      `${where}: the user ${user} was not let in`,
      "Check user and password, and from where the server lets this user in.",
      options,
    );
  }
  if (DENIED.has(code)) {
    return new SourceError("denied", `${where}: ${said}`, `Grant ${user} select on it.`, options);
  }
  if (MISSING.has(code)) {
    return new SourceError("missing", `${where}: ${said}`, "Check database, table and columns.", options);
  }
  if (code === "HANDSHAKE_NO_SSL_SUPPORT") {
    return new SourceError(
      "identity",
      `${where}: the server speaks no TLS`,
      "Turn TLS on there; tls may be off within networks that the installation allows.",
      options,
    );
  }
  return unknownFailure(error, where);
}

async function connect({ settings, secret, network, signal }: Here): Promise<Connection> {
  const way = await findWay(network, settings);
  const socket = await network.connect(settings.host, settings.port, signal);
  const ca = settings.ca;
  const connection = createConnection({
    // The name for the certificate; the connection itself is the socket.
    host: settings.host,
    stream: socket,
    database: settings.database,
    user: settings.user,
    password: secret.password,
    ...(way.tls ? { ssl: { rejectUnauthorized: true, verifyIdentity: true, ...(ca ? { ca } : {}) } } : {}),
    connectTimeout: CONNECT_MS,
    charset: "utf8mb4",
    timezone: "Z",
    dateStrings: true,
    supportBigNumbers: true,
    bigNumberStrings: true,
    multipleStatements: false,
    // A server may ask its clients for their files.
    flags: ["-LOCAL_FILES"],
  });
  connection.on("error", () => undefined);
  try {
    await query(connection, "set session transaction isolation level repeatable read");
    await query(connection, "set session time_zone = '+00:00'");
    await query(connection, "start transaction with consistent snapshot, read only");
  } catch (error) {
    connection.destroy();
    throw error;
  }
  return connection;
}

function query<R extends object>(connection: Connection, sql: string, values: unknown[] = []): Promise<R[]> {
  return new Promise((resolve, reject) => {
    connection.query<RowDataPacket[]>(sql, values, (error, rows) => {
      if (error) reject(error);
      else resolve(rows as unknown as R[]);
    });
  });
}

async function withConnection<T>(at: Here, work: (connection: Connection) => Promise<T>): Promise<T> {
  let connection: Connection | null = null;
  const stop = (): void => connection?.destroy();
  at.signal.addEventListener("abort", stop, { once: true });
  try {
    connection = await connect(at);
    return await work(connection);
  } catch (error) {
    at.signal.throwIfAborted();
    throw tell(error, at);
  } finally {
    at.signal.removeEventListener("abort", stop);
    connection?.destroy();
  }
}

const quote = (name: string): string => `\`${name.replaceAll("`", "``")}\``;

async function describe(connection: Connection, at: Here, selection: z.output<typeof tableSelection>) {
  const dot = selection.table.indexOf(".");
  const schema = dot < 0 ? at.settings.database : selection.table.slice(0, dot);
  const name = selection.table.slice(dot + 1);
  const columns = await query<Column>(
    connection,
    "select column_name as name, column_type as type from information_schema.columns where table_schema = ? and table_name = ? order by ordinal_position",
    [schema, name],
  );
  return { table: `${quote(schema)}.${quote(name)}`, ...chosenOf(selection, columns) };
}

/** Numbers compared with text would be compared as floating point, which loses large ones. */
function literal(connection: Connection, cursor: Column, text: string): string {
  if (!NUMERIC.test(cursor.type)) return connection.escape(text);
  if (NUMBER.test(text)) return text;
  throw new SourceError(
    "settings",
    `${text.slice(0, 60)} is not a value of ${cursor.name}`,
    `The column is ${cursor.type}.`,
    { field: "range" },
  );
}

async function highest(connection: Connection, table: string, cursor: Column): Promise<TableCursor | null> {
  const column = quote(cursor.name);
  const rows = await query<{ value: string | null }>(
    connection,
    `select cast(max(${column}) as char) as value from ${table}`,
  );
  const value = rows[0]?.value ?? null;
  if (value === null) return null;
  const ties = await query<{ ties: string | number }>(
    connection,
    `select count(*) as ties from ${table} where ${column} = ${literal(connection, cursor, value)}`,
  );
  return { value, ties: Number(ties[0]!.ties) };
}

function condition(connection: Connection, cursor: Column, bounds: Bounds): string {
  const column = quote(cursor.name);
  const value = (text: string): string => literal(connection, cursor, text);
  const parts = [
    ...(bounds.from === null ? [] : [`${column} >= ${value(bounds.from)}`]),
    ...(bounds.to === null ? [] : [`${column} ${bounds.toInclusive ? "<=" : "<"} ${value(bounds.to)}`]),
  ];
  return parts.length === 0 ? "" : ` where ${parts.join(" and ")}`;
}

function textOf(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (Buffer.isBuffer(value)) return `\\x${value.toString("hex")}`;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

interface Count {
  rows: number;
}

async function* rowsOf(
  connection: Connection,
  sql: string,
  at: Here,
  count: Count,
): AsyncGenerator<(string | null)[]> {
  try {
    const rows = connection.query({ sql, rowsAsArray: true }).stream({ highWaterMark: AHEAD });
    for await (const row of rows as AsyncIterable<unknown[]>) {
      count.rows++;
      yield row.map(textOf);
    }
  } catch (error) {
    throw tell(error, at);
  }
}

async function* read(at: Here, request: ReadRequest<z.output<typeof tableSelection>>): AsyncGenerator<Item> {
  const { selection, how, mode, range } = request;
  let connection: Connection | null = null;
  const stop = (): void => connection?.destroy();
  request.signal.addEventListener("abort", stop, { once: true });
  try {
    connection = await connect(at);
    const { table, columns, cursor } = await describe(connection, at, selection);
    let bounds: Bounds = { from: null, to: null, toInclusive: false, next: null };
    if (range !== null && cursor !== null) {
      bounds = { from: range.from, to: range.to ?? null, toInclusive: false, next: null };
    } else if (how === "incremental" && cursor !== null) {
      const found = boundsOf(readCursor(request.cursor), await highest(connection, table, cursor), mode);
      if (found === null) return;
      bounds = found;
    }
    const where = cursor === null ? "" : condition(connection, cursor, bounds);
    const sql = `select ${columns.map((column) => quote(column.name)).join(", ")} from ${table}${where}`;
    const count: Count = { rows: 0 };
    const lines = csvLines(
      columns.map((column) => column.name),
      rowsOf(connection, sql, at, count),
    );
    yield {
      name: nameOf(request.source, selection.table, rangeName(bounds), "csv"),
      options: CSV,
      body: textStream(lines),
      cursor: () => bounds.next ?? request.cursor,
      isEmpty: () => how === "incremental" && count.rows === 0,
    };
  } catch (error) {
    request.signal.throwIfAborted();
    throw tell(error, at);
  } finally {
    request.signal.removeEventListener("abort", stop);
    connection?.destroy();
  }
}

async function discover(connection: Connection, at: Here): Promise<Found[]> {
  const tables = await query<{ name: string; row_count: string | number | null }>(
    connection,
    `select table_name as name, table_rows as row_count from information_schema.tables where table_schema = ? order by table_name limit ${MAX_FOUND + 1}`,
    [at.settings.database],
  );
  const columns = await query<Column & { table_name: string; in_key: string }>(
    connection,
    `select table_name as table_name, column_name as name, column_type as type, column_key as in_key from information_schema.columns
      where table_schema = ? order by table_name, ordinal_position limit 100000`,
    [at.settings.database],
  );
  const byTable = Map.groupBy(columns, (column) => column.table_name);
  return tables.map(({ name, row_count }) => {
    const own = byTable.get(name) ?? [];
    return {
      name,
      selection: { table: name },
      columns: own.map((column) => ({ name: column.name, type: column.type })),
      key: own.filter((column) => column.in_key === "PRI").map((column) => column.name),
      rows: Number(row_count ?? 0),
    };
  });
}

export const mysql = defineKind({
  settings,
  secret,
  selection: tableSelection,
  test: (at) =>
    withConnection(at, async (connection) => {
      const [row] = await query<{ version: string }>(connection, "select version() as version");
      return { message: `MySQL ${row!.version}, database ${at.settings.database}, user ${at.settings.user}` };
    }),
  discover: (at) => withConnection(at, (connection) => discover(connection, at)),
  read,
});
