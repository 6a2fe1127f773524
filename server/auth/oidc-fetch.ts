/**
 * Requests to identity providers: https, bounded in time and size, no redirects, and no way into the network that the
 * server stands in. An organization's administrators choose their provider's address, so it is not to be trusted.
 */
import { lookup } from "node:dns/promises";
import { BlockList, isIPv6 } from "node:net";
import { AppError } from "../../lib/errors.ts";

const MAX_BYTES = 1024 * 1024;
export const PROVIDER_SECONDS = 10;

const closed = new BlockList();
for (const [network, bits] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["224.0.0.0", 3],
] as const) {
  closed.addSubnet(network, bits, "ipv4");
}
for (const [network, bits] of [
  ["::", 128],
  ["::1", 128],
  ["64:ff9b::", 96],
  ["fc00::", 7],
  ["fe80::", 10],
  ["ff00::", 8],
] as const) {
  closed.addSubnet(network, bits, "ipv6");
}

const LOCAL = new Set(["127.0.0.1", "localhost", "[::1]"]);

function refuse(message: string): AppError {
  return new AppError("PROVIDER", message, {
    hint: "The administrator of the provider's settings can correct its address.",
  });
}

/** http on this machine alone, and only where the setting OIDC_ALLOW_HTTP=1 says so: for trials and tests. */
export function mayBePlain(url: URL): boolean {
  return process.env.OIDC_ALLOW_HTTP === "1" && LOCAL.has(url.hostname);
}

async function checkAddress(url: URL): Promise<void> {
  if (mayBePlain(url)) return;
  if (url.protocol !== "https:") throw refuse("the identity provider's address is not https");
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const found = await lookup(host, { all: true }).catch(() => {
    throw refuse("the identity provider's host is not known");
  });
  // A name could answer otherwise a moment later; it would need a certificate for itself on that other machine.
  const inside = found.some(({ address }) => closed.check(address, isIPv6(address) ? "ipv6" : "ipv4"));
  if (inside) throw refuse("the identity provider's host is not on the public network");
}

async function bounded(response: Response): Promise<Response> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  if (response.body) {
    for await (const chunk of response.body) {
      size += chunk.byteLength;
      if (size > MAX_BYTES) throw refuse("the identity provider's answer is too long");
      chunks.push(chunk);
    }
  }
  const empty = response.status === 204 || response.status === 304;
  return new Response(empty ? null : Buffer.concat(chunks), {
    status: response.status,
    statusText: response.statusText,
    headers: response.headers,
  });
}

/** As fetch, for providers. Errors: AppError PROVIDER. */
export async function providerFetch(address: string, options: RequestInit): Promise<Response> {
  await checkAddress(new URL(address));
  const signal = AbortSignal.timeout(PROVIDER_SECONDS * 1000);
  return bounded(await fetch(address, { ...options, redirect: "manual", signal }));
}
