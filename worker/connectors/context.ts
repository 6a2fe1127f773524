/** What connectors need of the worker: its database, its store, its key, and a guarded way out. */
import type pg from "pg";
import { z } from "zod";
import { readConfig } from "../../lib/config.ts";
import type { Logger } from "../../lib/log.ts";
import { createNetwork, type Network, type NetworkOptions, parseNetworks } from "../../lib/outbound.ts";
import { withClaim } from "../../lib/pg.ts";
import { connectorPurpose, type Secrets } from "../../lib/secrets.ts";
import type { ObjectStore } from "../../lib/stores/object/index.ts";
import { SourceError } from "./failures.ts";
import type { RawAt } from "./types.ts";

export interface ConnectorContext {
  pool: pg.Pool;
  claimKey: Buffer;
  store: ObjectStore;
  secrets: Secrets;
  log: Logger;
  /** The settings' own unless given. */
  network?: Network;
  maxBytes?: number;
  leaseSeconds?: number;
  /** Called between a file's arrival in the store and its submission; tests stop a pull here. */
  onStored?: () => void | Promise<void>;
}

/** The way out for connectors: refusals are the source's errors. */
export function connectorNetwork(options: Omit<NetworkOptions, "refuse">): Network {
  return createNetwork({
    ...options,
    refuse: (message) =>
      message === "host is not known"
        ? new SourceError("down", "the host is not known", "Check its name; it is tried again.", {
            field: "host",
          })
        : new SourceError(
            "refused",
            `the ${message}`,
            "Connectors reach networks inside only where the installation lists them in CADASTRE_OUTBOUND_ALLOW; ask its operator.",
            {
              field: "host",
            },
          ),
  });
}

let own: Network | null = null;
export function networkOf(context: ConnectorContext): Network {
  if (context.network) return context.network;
  own ??= connectorNetwork({ allow: parseNetworks(readConfig().outboundAllow) });
  return own;
}

/** Longer than a pull may take. */
const CLAIM_SECONDS = 7 * 3600;

export function asOrganization<T>(
  context: ConnectorContext,
  orgId: string,
  userId: string | null,
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  return withClaim(
    context.pool,
    context.claimKey,
    { kind: "service", orgId, userId, ttlSeconds: CLAIM_SECONDS },
    work,
  );
}

const secretShape = z.record(z.string(), z.unknown());

export interface Stored {
  connector_id: string;
  kind: string;
  settings: unknown;
  pinned: string | null;
  sealed: string | null;
}

/** The secret opened; it lives as long as one reading. */
export function openSecret(
  context: ConnectorContext,
  stored: Pick<Stored, "connector_id" | "sealed">,
): Record<string, unknown> {
  if (stored.sealed === null) return {};
  return secretShape.parse(
    JSON.parse(context.secrets.open(connectorPurpose(stored.connector_id), stored.sealed)),
  );
}

export function rawAt(
  context: ConnectorContext,
  stored: Stored,
  secret: unknown,
  signal: AbortSignal,
): RawAt {
  return { settings: stored.settings, secret, network: networkOf(context), signal, pinned: stored.pinned };
}
