/**
 * Connections to addresses that an organization's people chose (identity providers, connectors): no way into the network
 * that the installation stands in. The name is resolved once, by the connection itself, and refused where any of its
 * addresses is not on the public network, so a name that answers otherwise a moment later (DNS rebinding) gains
 * nothing. CADASTRE_OUTBOUND_ALLOW names networks that connectors may reach all the same.
 *
 * createOutbound is fetch for short answers: no redirects, bounded in time and size. createNetwork is for everything
 * else: drivers of databases are given addresses that were checked, sockets, or a resolver.
 */
import { lookup } from "node:dns/promises";
import { BlockList, connect as connectSocket, isIP, type LookupFunction, type Socket } from "node:net";
import { Agent, buildConnector, type RequestInit as OutboundInit, fetch as send } from "undici";
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
    "192.88.99.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/3",
  ],
  // Within what is given out as public (2000::/3). Among them ways to write an IPv4 address within IPv6: 6to4, Teredo.
  ipv6: ["2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"],
} as const;

/**
 * All that is public in IPv6. Beyond it lie the other ways to write an IPv4 address (translated, compatible), local
 * addresses old and new, and what is not given out, which a network may use as it likes.
 */
const open = new BlockList();
open.addSubnet("2000::", 3, "ipv6");
/** An IPv4 address as IPv6 has it, compared with the IPv4 networks. */
const mapped = new BlockList();
mapped.addSubnet("::ffff:0:0", 96, "ipv6");

const closed = new BlockList();
for (const family of ["ipv4", "ipv6"] as const)
  for (const network of CLOSED[family]) {
    const [address, bits] = network.split("/") as [string, string];
    closed.addSubnet(address, Number(bits), family);
  }

/** Whether an IP address is in a network that outsiders' addresses may not lead to. */
export function isInside(address: string): boolean {
  const family = isIP(address);
  if (family === 6 && !open.check(address, "ipv6") && !mapped.check(address, "ipv6")) return true;
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

/** Networks of a list such as "10.1.0.0/16, 192.168.7.9/32, fd00::/8". Errors: AppError CONFIG. */
export function parseNetworks(text: string): BlockList {
  const list = new BlockList();
  for (const one of text.split(",").map((part) => part.trim())) {
    if (one === "") continue;
    const [address = "", bits = ""] = one.split("/");
    const family = isIP(address);
    if (family === 0 || !/^\d{1,3}$/.test(bits) || Number(bits) > (family === 4 ? 32 : 128)) {
      throw new AppError("CONFIG", `${one} is not a network`, {
        hint: "CADASTRE_OUTBOUND_ALLOW lists networks such as 10.1.0.0/16, separated by commas.",
      });
    }
    list.addSubnet(address, Number(bits), family === 6 ? "ipv6" : "ipv4");
  }
  return list;
}

export interface NetworkOptions {
  /** Networks inside that may be reached all the same. */
  allow?: BlockList;
  /** How a refusal is told; the message begins with "host". */
  refuse(message: string): AppError;
  /** All addresses of a name; the system's resolver unless given. */
  resolve?(host: string): Promise<string[]>;
}

export interface Reachable {
  /** To connect to: it was checked, the name is not asked again. */
  address: string;
  /** Within a network that the installation allows, so not across the public one. */
  inside: boolean;
}

export interface Network {
  /** The address to connect to of a name or address. Errors: those of `refuse`. */
  find(host: string): Promise<Reachable>;
  /** Whether a written-out address may be connected to; true for a name, whose connection asks `lookup`. */
  permits(host: string): boolean;
  /** For connections that resolve by themselves; asked for names only, so written-out addresses go through `find`. */
  lookup: LookupFunction;
  /** A connected socket to a checked address. */
  connect(host: string, port: number, signal?: AbortSignal): Promise<Socket>;
  /** For undici: every connection is checked, that of a redirect too. */
  dispatcher(): Agent;
}

const CONNECT_MS = 15_000;
/** As Node's own connections tell it. */
export const TIMED_OUT = "ETIMEDOUT";
/** Nothing heard for so long: the answer is broken off. */
const SILENCE_MS = 120_000;

/** The guarded way out for connectors of all kinds. */
export function createNetwork(options: NetworkOptions): Network {
  const { refuse, resolve = systemResolve } = options;
  const isAllowed = (address: string): boolean =>
    options.allow?.check(address, isIP(address) === 6 ? "ipv6" : "ipv4") ?? false;
  const addressesOf = async (host: string): Promise<string[]> => {
    const literal = host.replace(/^\[|\]$/g, "");
    const addresses = isIP(literal) !== 0 ? [literal] : await resolve(host).catch(() => []);
    if (addresses.length === 0) throw refuse("host is not known");
    if (addresses.some((one) => isInside(one) && !isAllowed(one))) {
      throw refuse("host is not on the public network");
    }
    return addresses;
  };
  const find = async (host: string): Promise<Reachable> => {
    const addresses = await addressesOf(host);
    // Not every machine that resolves IPv6 addresses has a way to them.
    const address = addresses.find((one) => isIP(one) === 4) ?? addresses[0]!;
    return { address, inside: addresses.every(isAllowed) };
  };
  const guarded: LookupFunction = (host, wanted, done) => {
    addressesOf(host).then(
      (addresses) => {
        const found = addresses.map((address) => ({ address, family: isIP(address) }));
        if (wanted.all) done(null, found);
        else done(null, found[0]!.address, found[0]!.family);
      },
      (error: Error) => done(error, wanted.all ? [] : "", 0),
    );
  };
  return {
    find,
    permits(host) {
      const literal = host.replace(/^\[|\]$/g, "");
      return isIP(literal) === 0 || !isInside(literal) || isAllowed(literal);
    },
    lookup: guarded,
    async connect(host, port, signal) {
      const { address } = await find(host);
      return openSocket(address, port, signal);
    },
    dispatcher() {
      const plain = buildConnector({ lookup: guarded, timeout: CONNECT_MS });
      return new Agent({
        headersTimeout: SILENCE_MS,
        bodyTimeout: SILENCE_MS,
        // A connection to an address that is written out asks no resolver.
        connect: (wanted, done) => {
          addressesOf(wanted.hostname).then(
            () => plain(wanted, done),
            (error: Error) => done(error, null),
          );
        },
      });
    },
  };
}

function openSocket(address: string, port: number, signal?: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connectSocket({ host: address, port, ...(signal ? { signal } : {}) });
    const failed = (error: Error): void => {
      socket.destroy();
      reject(error);
    };
    socket.setTimeout(CONNECT_MS, () => failed(Object.assign(new Error("no answer"), { code: TIMED_OUT })));
    socket.once("error", failed);
    socket.once("connect", () => {
      socket.setTimeout(0);
      socket.off("error", failed);
      resolve(socket);
    });
  });
}
