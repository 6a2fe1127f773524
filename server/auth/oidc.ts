/**
 * Signing in at an identity provider: GET /auth/oidc/:provider/start and /callback, POST /auth/oidc/:provider/link for
 * somebody signed in, GET /auth/providers for the sign-in page. State, nonce and PKCE of each attempt are in
 * private.oidc_states, bound to the browser by a cookie and taken once. Whose account it is, the database decides.
 */
import { stringifySetCookie } from "cookie";
import { type Request, type Response, Router } from "express";
import * as oidc from "openid-client";
import { z } from "zod";
import { AppError, explain } from "../../lib/errors.ts";
import { asGateway, inRequest, settingsFor } from "../database.ts";
import { parseInput } from "../http/input.ts";
import type { Bearers } from "./bearers.ts";
import type { AuthParts } from "./context.ts";
import { cookieOf } from "./cookies.ts";
import { originOf } from "./gate.ts";
import { identify, identityOf } from "./identify.ts";
import { createProviders, type Person, type Provider, providerShape } from "./oidc-providers.ts";
import { digestOf, MAX_SECRET_LENGTH, newSecret } from "./opaque.ts";

const COOKIE = "cadastre_oidc";
const COOKIE_SECONDS = 600;
const MAX_PATH = 1000;
const SIGN_IN_PAGE = "/login";

const startQuery = z.object({
  return: z.string().max(MAX_PATH).default("/"),
  org: z.string().max(40).optional(),
});
const linkBody = z.object({ returnPath: z.string().max(MAX_PATH).default("/") });
const takenShape = z
  .object({
    sealed: z.string(),
    returnPath: z.string(),
    org: z.string().nullable(),
    linkFor: z.uuid().nullable(),
  })
  .nullable();
const secretsShape = z.object({ nonce: z.string(), verifier: z.string() });
const decidedShape = z.union([
  z.object({ userId: z.uuid(), org: z.string().nullable() }),
  z.object({ refused: z.string() }),
]);

/** A path of our own, never another site's. Errors: AppError BAD_INPUT. */
export function ownPath(path: string): string {
  // Browsers take a backslash for a slash, and drop tabs and line ends before they look.
  const plain = /^\/(?![/\\])[^\\]*$/.test(path) && !/\p{Cc}/u.test(path);
  const url = plain ? new URL(path, "http://own.invalid") : null;
  // A path of dots may begin with two slashes once they are taken away: alone, it would be another site's address.
  if (url?.origin !== "http://own.invalid" || url.pathname.startsWith("//")) {
    throw new AppError("BAD_INPUT", "the return path is not a path of this installation", {
      hint: "Give a path that begins with one slash, such as /datasets.",
      field: "return",
    });
  }
  return path;
}

function withParameter(path: string, name: string, value: string): string {
  const url = new URL(path, "http://own.invalid");
  url.searchParams.set(name, value);
  return `${url.pathname}${url.search}${url.hash}`;
}

export function oidcRoutes(parts: AuthParts, bearers: Bearers): Router {
  const { gate, secrets, sessions, answers, limits, config, pool, claimKey, log, address } = parts;
  const providers = createProviders(secrets);
  const router = Router();
  const secure = config.publicUrl?.startsWith("https:") ?? false;

  const find = async (request: Request, response: Response): Promise<Provider> => {
    const name = String(request.params.provider).slice(0, 100);
    const provider = await gate.call(
      providerShape.nullable(),
      "oidc_provider",
      [name],
      originOf(request, response),
    );
    if (provider) return provider;
    throw new AppError("NOT_FOUND", "there is no such identity provider", {
      hint: "GET /auth/providers lists them.",
    });
  };
  const callbackOf = (provider: Provider): string =>
    `${address().replace(/\/$/, "")}/auth/oidc/${encodeURIComponent(provider.address)}/callback`;

  /** Keeps a new attempt and resolves with the address at the provider to go to. */
  const begin = async (
    request: Request,
    response: Response,
    wish: { provider: Provider; returnPath: string; org: string | null; link: boolean },
  ): Promise<string> => {
    const { provider } = wish;
    const identity = wish.link ? identityOf(response) : null;
    const configuration = await providers.configuration(provider).catch((error: unknown) => {
      log.warn({ provider: provider.address, err: explain(error) }, "a provider could not be asked");
      throw new AppError("PROVIDER", "the identity provider cannot be reached, or is not what it should be", {
        hint: "Try again; if it stays so, its settings are to be corrected.",
        cause: error,
      });
    });
    const state = newSecret();
    const expected = { nonce: newSecret(), verifier: oidc.randomPKCECodeVerifier() };
    const known = cookieOf(request, COOKIE);
    const browser = known && known.length <= MAX_SECRET_LENGTH && known.length > 40 ? known : newSecret();
    const origin = originOf(request, response);
    const settings = identity
      ? asGateway(settingsFor(identity, origin.requestId, claimKey, origin.ip))
      : { "cadastre.request_id": origin.requestId, "cadastre.ip": origin.ip };
    await inRequest(pool, settings, (client) =>
      client.query("select private.oidc_begin($1, $2, $3, $4, $5, $6, $7)", [
        provider.id,
        digestOf(state),
        digestOf(browser),
        secrets.seal(`oidc:${provider.id}`, JSON.stringify(expected)),
        wish.returnPath,
        wish.org,
        wish.link,
      ]),
    );
    // Lax: it has to come along when the provider sends the browser back.
    response.append(
      "Set-Cookie",
      stringifySetCookie({
        name: COOKIE,
        value: browser,
        httpOnly: true,
        sameSite: "lax",
        path: "/auth/oidc",
        secure,
        maxAge: COOKIE_SECONDS,
      }),
    );
    return oidc
      .buildAuthorizationUrl(configuration, {
        redirect_uri: callbackOf(provider),
        scope: provider.scopes.join(" "),
        state,
        code_challenge: await oidc.calculatePKCECodeChallenge(expected.verifier),
        code_challenge_method: "S256",
        ...(provider.kind === "github" ? {} : { nonce: expected.nonce }),
      })
      .toString();
  };

  router.get("/auth/providers", async (request, response) => {
    const org = typeof request.query.org === "string" ? request.query.org.slice(0, 40) : null;
    const list = await gate.call(z.array(z.unknown()), "oidc_providers", [org], originOf(request, response));
    response.set("Cache-Control", "no-store").json({ providers: list });
  });

  router.get("/auth/oidc/:provider/start", async (request, response) => {
    const query = parseInput(startQuery, request.query, "Give return as a path and org as a slug.");
    await limits.spend("token", request.ip ?? "");
    const returnPath = ownPath(query.return);
    const provider = await find(request, response);
    const to = await begin(request, response, { provider, returnPath, org: query.org ?? null, link: false });
    response.set("Cache-Control", "no-store").redirect(302, to);
  });

  router.post("/auth/oidc/:provider/link", identify(bearers), async (request, response) => {
    if (!identityOf(response)) {
      throw new AppError("UNAUTHENTICATED", "linking a provider needs a signed-in person", {
        hint: "Sign in first and send the access token.",
      });
    }
    const body = parseInput(linkBody, request.body ?? {}, "Send {returnPath}.");
    const provider = await find(request, response);
    const returnPath = ownPath(body.returnPath);
    const to = await begin(request, response, { provider, returnPath, org: null, link: true });
    response.set("Cache-Control", "no-store").json({ redirectTo: to });
  });

  router.get("/auth/oidc/:provider/callback", async (request, response) => {
    response.set("Cache-Control", "no-store");
    const origin = originOf(request, response);
    const failed = async (code: string): Promise<void> => {
      await limits.spend("token", request.ip ?? "");
      log.info({ request_id: origin.requestId, code }, "a sign-in at a provider was refused");
      response.redirect(303, withParameter(SIGN_IN_PAGE, "error", code));
    };
    const provider = await find(request, response);
    const state = typeof request.query.state === "string" ? request.query.state : "";
    const browser = cookieOf(request, COOKIE);
    const usable = state.length > 0 && state.length <= MAX_SECRET_LENGTH && browser !== null;
    const taken = usable
      ? await gate.call(takenShape, "oidc_take", [provider.id, digestOf(state), digestOf(browser)], origin)
      : null;
    if (!taken) return failed("state");

    const callback = new URL(callbackOf(provider));
    callback.search = new URL(request.originalUrl, "http://own.invalid").search;
    let person: Person;
    try {
      const expected = secretsShape.parse(
        JSON.parse(secrets.open(`oidc:${provider.id}`, taken.sealed)) as unknown,
      );
      person = await providers.person(provider, callback, { state, ...expected });
    } catch (error) {
      // The message alone: causes carry what the provider sent.
      const why = error instanceof Error ? error.message.slice(0, 300) : "unknown";
      log.warn(
        { request_id: origin.requestId, provider: provider.address, err: why },
        "a provider's answer was refused",
      );
      return failed("provider");
    }
    if (taken.linkFor) {
      const values = [taken.linkFor, provider.id, person.subject, person.email];
      const linked = await gate.call(z.string(), "oidc_link", values, origin);
      response.redirect(303, withParameter(taken.returnPath, "link", linked));
      return;
    }
    const decided = await gate.call(
      decidedShape,
      "oidc_sign_in",
      [provider.id, person.subject, person.email, person.verified, person.name, person.organization],
      origin,
    );
    if ("refused" in decided) return failed(decided.refused);
    // What the start took; people behind one address sign in as often as they like.
    await limits.refund("token", request.ip ?? "");
    const outcome = await sessions.signIn(
      {
        userId: decided.userId,
        org: decided.org ?? taken.org,
        method: `oidc:${provider.address}`.slice(0, 40),
      },
      origin,
    );
    if (outcome.kind === "refused") return failed("nowhere");
    if (outcome.kind === "session") {
      answers.keep(response, outcome);
      response.redirect(303, taken.returnPath);
      return;
    }
    // The challenge goes in the fragment, which no server and no log sees.
    const next = new URLSearchParams({ challenge: outcome.challenge, return: taken.returnPath });
    if (outcome.kind === "factor") next.set("factors", outcome.factors.join(","));
    else next.set("organizations", outcome.organizations.map((o) => o.slug).join(","));
    response.redirect(303, `${SIGN_IN_PAGE}#${next}`);
  });
  return router;
}
