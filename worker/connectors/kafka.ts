/**
 * Kafka topics as NDJSON: each partition from the offset that was reached to the last one there is at the start. No
 * consumer group keeps the offsets: they are the source's cursor, so they move with the file that was submitted. Of a
 * topic that organizations share, only the messages with the organization's key are taken.
 */
import { Base, type Broker, type ConnectionPool, Consumer, stringDeserializers } from "@platformatic/kafka";
import { z } from "zod";
import { commonFailure, SourceError, unknownFailure } from "./failures.ts";
import { tlsFor } from "./secure.ts";
import { NDJSON, nameOf, textStream } from "./text.ts";
import {
  type At,
  defineKind,
  type Found,
  type Item,
  type Json,
  MAX_FOUND,
  type ReadRequest,
  tlsSettings,
} from "./types.ts";

const settings = z.strictObject({
  brokers: z
    .array(z.string().regex(/^[A-Za-z0-9._-]{1,253}:\d{1,5}$/, "is written as host:port"))
    .min(1)
    .max(20),
  sasl: z.enum(["none", "plain", "scram-sha-256", "scram-sha-512"]).default("none"),
  user: z.string().min(1).max(200).optional(),
  ...tlsSettings,
});
const secret = z.strictObject({ password: z.string().min(1).max(10_000).optional() });
const selection = z.strictObject({
  topic: z.string().min(1).max(249),
  key: z.string().min(1).max(500).optional(),
});
type Here = At<z.output<typeof settings>, z.output<typeof secret>>;
type Request = ReadRequest<z.output<typeof selection>>;
type Client = Consumer<string, string, string, string>;

const CONNECT_MS = 15_000;
/** Silence while messages are still to come. */
const SILENCE_MS = 60_000;
const EARLIEST = -2n;
const LATEST = -1n;
const cursorShape = z.object({ offsets: z.record(z.string().regex(/^\d+$/), z.string().regex(/^\d+$/)) });

/** The client's hook to make its connections, which its package does not name. */
const MAKE_POOL = Object.getOwnPropertySymbols(Base.prototype).find(
  (one) => one.description === "plt.kafka.base.createConnectionPool",
);

function tell(error: unknown, { settings: { brokers } }: Here): SourceError {
  const where = brokers[0]!;
  // The client gathers what each of its tries met.
  const parts = error instanceof AggregateError ? error.errors : [error];
  const said = parts
    .map((part) =>
      part instanceof Error
        ? `${part.message} ${part.cause instanceof Error ? part.cause.message : ""}`
        : String(part),
    )
    .join("; ");
  if (/sasl|authentication/i.test(said)) {
    return new SourceError(
      "auth",
      `${where}: the user was not let in`,
      "Check user, password and kind of SASL.",
      { cause: error },
    );
  }
  if (/not authorized|authorization/i.test(said)) {
    return new SourceError(
      "denied",
      `${where}: no right to the topic`,
      "Allow the user to read and describe it.",
      { cause: error },
    );
  }
  if (/unknown.topic|does not host/i.test(said)) {
    return new SourceError("missing", `${where}: there is no such topic`, "Check its name.", {
      cause: error,
    });
  }
  for (const part of parts) {
    const known = commonFailure(part, where);
    if (known) return known;
  }
  return unknownFailure(new Error(said), where);
}

/** Brokers name further ones: each is checked before it is connected to. */
function guardPool(pool: ConnectionPool, { network, settings }: Here): ConnectionPool {
  const get = pool.get.bind(pool) as (
    broker: Broker,
    done: (error: Error | null, found?: unknown) => void,
  ) => void;
  pool.get = ((broker: Broker, done: (error: Error | null, found?: unknown) => void) => {
    network.find(broker.host).then(
      // Over TLS the name is kept, which the certificate is for; its resolver is the guarded one.
      ({ address }) => get(settings.tls === "off" ? { host: address, port: broker.port } : broker, done),
      (error: Error) => done(error),
    );
  }) as typeof pool.get;
  return pool;
}

async function connect(at: Here): Promise<Client> {
  const { settings, secret, network } = at;
  if (MAKE_POOL === undefined)
    throw new SourceError("refused", "this Kafka client cannot be guarded", "Tell your platform's operator.");
  for (const broker of settings.brokers) {
    const { inside } = await network.find(broker.slice(0, broker.lastIndexOf(":")));
    if (settings.tls === "off" && !inside) {
      throw new SourceError(
        "settings",
        `${broker} is not within a network that the installation allows, so TLS cannot be off`,
        "Set tls to verify.",
        { field: "tls" },
      );
    }
  }
  class Guarded extends Consumer<string, string, string, string> {}
  const own = Reflect.get(Consumer.prototype, MAKE_POOL) as (
    this: unknown,
    context?: unknown,
  ) => ConnectionPool;
  Object.defineProperty(Guarded.prototype, MAKE_POOL, {
    value(this: unknown, context?: unknown) {
      return guardPool(own.call(this, context), at);
    },
  });
  return new Guarded({
    clientId: "cadastre",
    groupId: "cadastre",
    bootstrapBrokers: settings.brokers,
    deserializers: stringDeserializers,
    autocommit: false,
    retries: 1,
    connectTimeout: CONNECT_MS,
    ...(settings.tls === "off"
      ? {}
      : { tls: { ...tlsFor("", settings.ca), lookup: network.lookup } as never, tlsServerName: true }),
    ...(settings.sasl === "none"
      ? {}
      : {
          sasl: {
            mechanism: settings.sasl.toUpperCase() as "PLAIN" | "SCRAM-SHA-256" | "SCRAM-SHA-512",
            username: settings.user ?? "",
            password: secret.password ?? "",
          },
        }),
  });
}

async function withClient<T>(at: Here, work: (client: Client) => Promise<T>): Promise<T> {
  let client: Client | null = null;
  const stop = (): void => void client?.close(true).catch(() => undefined);
  at.signal.addEventListener("abort", stop, { once: true });
  try {
    client = await connect(at);
    return await work(client);
  } catch (error) {
    at.signal.throwIfAborted();
    throw tell(error, at);
  } finally {
    at.signal.removeEventListener("abort", stop);
    await client?.close(true).catch(() => undefined);
  }
}

/** From where to where, by partition; without those that have nothing. */
async function spansOf(
  client: Client,
  topic: string,
  cursor: Json,
): Promise<Map<number, { from: bigint; to: bigint }>> {
  const earliest = (await client.listOffsets({ topics: [topic], timestamp: EARLIEST })).get(topic) ?? [];
  const latest = (await client.listOffsets({ topics: [topic], timestamp: LATEST })).get(topic) ?? [];
  const reached = cursorShape.safeParse(cursor).data?.offsets ?? {};
  const spans = new Map<number, { from: bigint; to: bigint }>();
  for (const [partition, to] of latest.entries()) {
    const first = earliest[partition] ?? 0n;
    const before = BigInt(reached[String(partition)] ?? "0");
    const from = before > first ? before : first;
    if (to > from) spans.set(partition, { from, to });
  }
  return spans;
}

/** A message's value: JSON as it is, anything else as text. */
function valueOfMessage(text: string | undefined): Json {
  try {
    return text === undefined ? null : (JSON.parse(text) as Json);
  } catch {
    return text ?? null;
  }
}

async function* messages(
  client: Client,
  request: Request,
  spans: Map<number, { from: bigint; to: bigint }>,
  progress: { count: number },
): AsyncGenerator<string> {
  const { topic, key } = request.selection;
  const stream = await client.consume({
    topics: [topic],
    mode: "manual",
    offsets: [...spans].map(([partition, { from }]) => ({ topic, partition, offset: from })),
    isolationLevel: 1,
    maxWaitTime: 500,
  });
  const open = new Set(spans.keys());
  const timer = setTimeout(
    () =>
      stream.destroy(
        new SourceError("down", "the broker sends nothing more", "It is tried again by itself."),
      ),
    SILENCE_MS,
  );
  try {
    for await (const message of stream) {
      timer.refresh();
      const span = spans.get(message.partition);
      if (span === undefined || message.offset >= span.to) continue;
      if (message.offset + 1n >= span.to) open.delete(message.partition);
      if (key === undefined || message.key === key) {
        const value = valueOfMessage(message.value);
        const fields =
          typeof value === "object" && value !== null && !Array.isArray(value) ? value : { value };
        progress.count++;
        yield `${JSON.stringify({ ...fields, message_key: message.key ?? null, message_partition: message.partition, message_offset: message.offset.toString(), message_time: new Date(Number(message.timestamp)).toISOString() })}\n`;
      }
      if (open.size === 0) return;
    }
  } finally {
    clearTimeout(timer);
    await stream.close().catch(() => undefined);
  }
}

async function* read(at: Here, request: Request): AsyncGenerator<Item> {
  let client: Client | null = null;
  const stop = (): void => void client?.close(true).catch(() => undefined);
  request.signal.addEventListener("abort", stop, { once: true });
  try {
    client = await connect(at);
    const reader = client;
    const { topic } = request.selection;
    const spans = await spansOf(client, topic, request.how === "full" ? null : request.cursor);
    if (spans.size === 0) return;
    const before = request.how === "full" ? {} : (cursorShape.safeParse(request.cursor).data?.offsets ?? {});
    const after = Object.fromEntries(
      [...spans].map(([partition, { to }]) => [String(partition), to.toString()]),
    );
    const progress = { count: 0 };
    async function* lines(): AsyncGenerator<string> {
      try {
        yield* messages(reader, request, spans, progress);
      } catch (error) {
        request.signal.throwIfAborted();
        throw tell(error, at);
      }
    }
    const range = [...spans].map(([partition, { from, to }]) => `${partition}:${from}..${to}`).join(" ");
    yield {
      name: nameOf(request.source, topic, range, "ndjson"),
      options: NDJSON,
      body: textStream(lines()),
      cursor: () => ({ offsets: { ...before, ...after } }),
      isEmpty: () => progress.count === 0,
    };
  } catch (error) {
    request.signal.throwIfAborted();
    throw tell(error, at);
  } finally {
    request.signal.removeEventListener("abort", stop);
    await client?.close(true).catch(() => undefined);
  }
}

export const kafka = defineKind({
  settings,
  secret,
  selection,
  test: (at) =>
    withClient(at, async (client) => {
      const { brokers } = await client.metadata({ topics: [] });
      return { message: `Kafka, ${brokers.size} brokers` };
    }),
  discover: (at) =>
    withClient(at, async (client) => {
      const { topics } = await client.metadata({ topics: [] });
      const names = [...topics.keys()].filter((topic) => !topic.startsWith("__")).sort();
      return names.slice(0, MAX_FOUND + 1).map(
        (topic): Found => ({
          name: topic,
          selection: { topic },
          key: ["message_partition", "message_offset"],
        }),
      );
    }),
  read,
});
