/**
 * Requests to identity providers. An organization's administrators choose their provider's address, so it is not to be
 * trusted: https alone, and no way into the network that the server stands in (lib/outbound.ts).
 */
import { AppError } from "../../lib/errors.ts";
import { createOutbound } from "../../lib/outbound.ts";

const MAX_BYTES = 1024 * 1024;
export const PROVIDER_SECONDS = 10;
const LOCAL = new Set(["127.0.0.1", "localhost", "[::1]"]);

/** http on this machine alone, and only where the setting OIDC_ALLOW_HTTP=1 says so: for trials and tests. */
export function mayBePlain(url: URL): boolean {
  return process.env.OIDC_ALLOW_HTTP === "1" && LOCAL.has(url.hostname);
}

/** As fetch, for providers. Errors: AppError PROVIDER. */
export const providerFetch = createOutbound({
  refuse: (message) =>
    new AppError("PROVIDER", `the identity provider's ${message}`, {
      hint: "The administrator of the provider's settings can correct its address.",
    }),
  maxBytes: MAX_BYTES,
  seconds: PROVIDER_SECONDS,
  isTrial: mayBePlain,
});
