/**
 * Requests to addresses that an organization's people chose (identity providers today): no way into the network that
 * the installation stands in. The name is resolved once, by the connection itself, and refused where any of its
 * addresses is not on the public network, so a name that answers otherwise a moment later (DNS rebinding) gains
 * nothing. Redirects are not followed, answers are bounded in time and size.
 */
import { lookup } from "node:dns/promises";
import { BlockList, isIP, type LookupFunction } from "node:net";
import { Agent, type RequestInit as OutboundInit, fetch as send } from "undici";
import { AppError } from "./errors.ts";

/** Special-purpose networks of the IANA registries (RFC 6890 and its successors), multicast and reserved space. */
const CLOSED = {
  ipv4: [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/3",
  ],
  // Among them the ways to write an IPv4 address within IPv6: translated, 6to4, Teredo. Mapped ones (::ffff:0:0/96) are
  // compared with the IPv4 networks.
  ipv6: [
    "::/127",
    "64:ff9b::/96",
    "64:ff9b:1::/48",
    "100::/64",
    "2001::/32",
    "2001:db8::/32",
    "2002::/16",
    "fc00::/7",
    "fe80::/10",
    "ff00::/8",
  ],
} as const;

const closed = new BlockList();
for (const family of ["ipv4", "ipv6"] as const)
  for (const network of CLOSED[family]) {
    const [address, bits] = network.split("/") as [string, string];
    closed.addSubnet(address, Number(bits), family);
  }

/** Whether an IP address is in a network that outsiders' addresses may not lead to. */
export function isInside(address: string): boolean {
  const family = isIP(address);
  return family === 0 || closed.check(address, family === 6 ? "ipv6" : "ipv4");
}

export interface OutboundOptions {
  /** How a refusal is told; `message` begins with whose address it is. */
  refuse(message: string): AppError;
  maxBytes: number;
  seconds: number;
  /** Addresses that may be plain http and on this machine: trials and tests. */
  isTrial?(url: URL): boolean;
  /** All addresses of a name; the system's resolver unless given. */
  resolve?(host: string): Promise<string[]>;
}

/** As fetch, bounded; errors of its own come from `refuse`. */
export type OutboundFetch = (address: string, options: RequestInit) => Promise<Response>;

async function systemResolve(host: string): Promise<string[]> {
  return (await lookup(host, { all: true })).map((found) => found.address);
}

/** The resolver of a connection: what it lets pass is what is connected to. */
function guardedLookup({ refuse, resolve = systemResolve }: OutboundOptions): LookupFunction {
  const find = async (host: string): Promise<string[]> => {
    const addresses = await resolve(host).catch(() => {
      throw refuse("host is not known");
    });
    if (addresses.length === 0) throw refuse("host is not known");
    if (addresses.some(isInside)) throw refuse("host is not on the public network");
    return addresses;
  };
  return (host, options, done) => {
    find(host).then(
      (addresses) => {
        const found = addresses.map((address) => ({ address, family: isIP(address) }));
        if (options.all) done(null, found);
        else done(null, found[0]!.address, found[0]!.family);
      },
      (error: Error) => done(error, options.all ? [] : "", 0),
    );
  };
}

async function bounded(
  response: Awaited<ReturnType<typeof send>>,
  options: OutboundOptions,
): Promise<Response> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  if (response.body) {
    for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
      size += chunk.byteLength;
      if (size > options.maxBytes) throw options.refuse("answer is too long");
      chunks.push(chunk);
    }
  }
  const empty = response.status === 204 || response.status === 304;
  return new Response(empty ? null : Buffer.concat(chunks), {
    status: response.status,
    statusText: response.statusText,
    headers: [...response.headers],
  });
}

/** fetch wraps what its connection failed with. */
function refusalIn(error: unknown): AppError | null {
  const MAX_CAUSES = 5;
  for (let at = error, depth = 0; at instanceof Error && depth < MAX_CAUSES; at = at.cause, depth++)
    if (at instanceof AppError) return at;
  return null;
}

/** Makes a fetch for addresses of one kind. Its connections are kept as long as the process lives. */
export function createOutbound(options: OutboundOptions): OutboundFetch {
  const guarded = new Agent({ connect: { lookup: guardedLookup(options) } });
  const trial = new Agent();
  return async (address, init) => {
    const url = new URL(address);
    const isTrial = options.isTrial?.(url) ?? false;
    if (!isTrial && url.protocol !== "https:") throw options.refuse("address is not https");
    // A connection to an address that is written out asks no resolver.
    const literal = url.hostname.replace(/^\[|\]$/g, "");
    if (!isTrial && isIP(literal) !== 0 && isInside(literal)) {
      throw options.refuse("host is not on the public network");
    }
    const signal = AbortSignal.timeout(options.seconds * 1000);
    const given = {
      ...init,
      redirect: "manual",
      signal,
      dispatcher: isTrial ? trial : guarded,
    } as OutboundInit;
    try {
      return await bounded(await send(address, given), options);
    } catch (error) {
      throw refusalIn(error) ?? error;
    }
  };
}
