/** Kafka's client, guarded: brokers name further brokers, and each is checked before it is connected to. */
import {
  Admin,
  Base,
  type Broker,
  type ConnectionPool,
  Consumer,
  type ConsumerOptions,
} from "@platformatic/kafka";
import { z } from "zod";
import { commonFailure, SourceError, unknownFailure } from "./failures.ts";
import { tlsFor } from "./secure.ts";
import { type At, tlsSettings } from "./types.ts";

export const settings = z.strictObject({
  brokers: z
    .array(z.string().regex(/^[A-Za-z0-9._-]{1,253}:\d{1,5}$/, "is written as host:port"))
    .min(1)
    .max(20),
  sasl: z.enum(["none", "plain", "scram-sha-256", "scram-sha-512"]).default("none"),
  user: z.string().min(1).max(200).optional(),
  ...tlsSettings,
});
export const secret = z.strictObject({ password: z.string().min(1).max(10_000).optional() });
export type Here = At<z.output<typeof settings>, z.output<typeof secret>>;

const CONNECT_MS = 15_000;
const MAX_DEPTH = 8;

/** The client's hook to make its connections, which its package does not name. */
const MAKE_POOL = Object.getOwnPropertySymbols(Base.prototype).find(
  (one) => one.description === "plt.kafka.base.createConnectionPool",
);

/** What the client met in each of its tries is nested. */
function saidBy(error: unknown, depth = 0): string[] {
  if (!(error instanceof Error) || depth > MAX_DEPTH) return [];
  const inner = error instanceof AggregateError ? (error.errors as unknown[]) : [];
  const apiId = "apiId" in error ? String(error.apiId) : "";
  return [
    `${apiId} ${error.message}`.trim(),
    ...[...inner, error.cause].flatMap((one) => saidBy(one, depth + 1)),
  ];
}

function knownIn(error: unknown, where: string, depth = 0): SourceError | null {
  if (!(error instanceof Error) || depth > MAX_DEPTH) return null;
  const inner = error instanceof AggregateError ? (error.errors as unknown[]) : [];
  for (const one of [...inner, error.cause]) {
    const found = knownIn(one, where, depth + 1);
    if (found) return found;
  }
  return commonFailure(error, where);
}

export function tell(error: unknown, { settings: { brokers, user } }: Here): SourceError {
  const where = brokers[0]!;
  const said = saidBy(error).join("; ");
  const options = { cause: error };
  if (error instanceof SourceError) return error;
  if (/SASL_AUTHENTICATION_FAILED|authentication failed|SASL.*(fail|unsupported)/i.test(said)) {
    return new SourceError(
      "auth",
      `${where}: the user ${user ?? ""} was not let in`,
      "Check user, password and kind of SASL.",
      options,
    );
  }
  if (/AUTHORIZATION_FAILED/.test(said)) {
    return new SourceError(
      "denied",
      `${where}: no right to the topic`,
      `Allow ${user ?? "everybody"} to read and describe it.`,
      options,
    );
  }
  if (/UNKNOWN_TOPIC|INVALID_TOPIC|Unknown topic/.test(said)) {
    return new SourceError("missing", `${where}: there is no such topic`, "Check its name.", options);
  }
  return knownIn(error, where) ?? unknownFailure(new Error(said), where);
}

/** The pool of a client's connections, each to a checked address. */
function guardPool(pool: ConnectionPool, { network, settings }: Here): ConnectionPool {
  type Done = (error: Error | null, found?: unknown) => void;
  const get = pool.get.bind(pool) as (broker: Broker, done: Done) => void;
  pool.get = ((broker: Broker, done: Done) => {
    network.find(broker.host).then(
      // Over TLS the name is kept, which the certificate is for; its resolver is the guarded one.
      ({ address }) => get(settings.tls === "off" ? { host: address, port: broker.port } : broker, done),
      (error: Error) => done(error),
    );
  }) as typeof pool.get;
  return pool;
}

/** The same class, whose every instance connects as it may. Refuses where a new version of it cannot be guarded. */
function guarded<C extends new (...args: never[]) => object>(base: C, at: Here): C {
  const make = MAKE_POOL === undefined ? undefined : (Reflect.get(base.prototype, MAKE_POOL) as unknown);
  if (MAKE_POOL === undefined || typeof make !== "function") {
    throw new SourceError("refused", "this Kafka client cannot be guarded", "Tell your platform's operator.");
  }
  // biome-ignore lint/complexity/useLiteralKeys: made by name below
  const own = { Guarded: class extends (base as new (...args: never[]) => object) {} }["Guarded"];
  Object.defineProperty(own.prototype, MAKE_POOL, {
    value(this: unknown, context?: unknown) {
      return guardPool(make.call(this, context) as ConnectionPool, at);
    },
  });
  return own as C;
}

async function optionsOf({ settings, secret, network }: Here) {
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
  const mechanism = settings.sasl.toUpperCase() as "PLAIN" | "SCRAM-SHA-256" | "SCRAM-SHA-512";
  return {
    clientId: "cadastre",
    bootstrapBrokers: settings.brokers,
    retries: 2,
    connectTimeout: CONNECT_MS,
    ...(settings.tls === "off"
      ? {}
      : { tls: { ...tlsFor("", settings.ca), lookup: network.lookup } as never, tlsServerName: true }),
    ...(settings.sasl === "none"
      ? {}
      : { sasl: { mechanism, username: settings.user ?? "", password: secret.password ?? "" } }),
  };
}

/** Asks what a cluster has; the client is closed whatever happens. */
export async function withAdmin<T>(at: Here, work: (client: Admin) => Promise<T>): Promise<T> {
  let client: Admin | null = null;
  const stop = (): void => void client?.close().catch(() => undefined);
  at.signal.addEventListener("abort", stop, { once: true });
  try {
    client = new (guarded(Admin, at))(await optionsOf(at));
    return await work(client);
  } catch (error) {
    at.signal.throwIfAborted();
    throw tell(error, at);
  } finally {
    at.signal.removeEventListener("abort", stop);
    await client?.close().catch(() => undefined);
  }
}

/** A consumer that joins no group. */
export async function openConsumer(at: Here): Promise<Consumer> {
  const options: ConsumerOptions<Buffer, Buffer, Buffer, Buffer> = {
    ...(await optionsOf(at)),
    groupId: "cadastre",
    autocommit: false,
  };
  return new (guarded(Consumer, at))(options);
}
