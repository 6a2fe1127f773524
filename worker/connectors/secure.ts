/** The way to a server by TCP: an address that was checked, and TLS wherever the way is not inside. */
import { isIP } from "node:net";
import type { ConnectionOptions } from "node:tls";
import type { Network, Reachable } from "../../lib/outbound.ts";
import { SourceError } from "./failures.ts";

interface Server {
  host: string;
  port: number;
  tls: "verify" | "off";
  ca?: string | undefined;
}

export interface Way extends Reachable {
  tls: ConnectionOptions | null;
}

/** Finds the address. Errors: SourceError refused; also where a password would cross the public network in plain. */
export async function findWay(network: Network, server: Server): Promise<Way> {
  const found = await network.find(server.host);
  if (server.tls === "off") {
    if (!found.inside) {
      throw new SourceError(
        "settings",
        `${server.host} is not within a network that the installation allows, so TLS cannot be off`,
        "Set tls to verify.",
        { field: "tls" },
      );
    }
    return { ...found, tls: null };
  }
  return { ...found, tls: tlsFor(server.host, server.ca) };
}

/** The certificate must be for the host that people named, whatever address it has. */
export function tlsFor(host: string, ca: string | undefined): ConnectionOptions {
  return {
    rejectUnauthorized: true,
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(ca ? { ca } : {}),
  };
}
