/** What a provider says about a person, once it has been verified: OpenID Connect by discovery, GitHub by its API. */
import { LRUCache } from "lru-cache";
import * as oidc from "openid-client";
import { z } from "zod";
import type { Secrets } from "../../lib/secrets.ts";
import { mayBePlain, PROVIDER_SECONDS, providerFetch } from "./oidc-fetch.ts";

export const providerShape = z.object({
  id: z.uuid(),
  address: z.string(),
  org: z.string().nullable(),
  kind: z.enum(["oidc", "google", "cognito", "github"]),
  issuer: z.string(),
  clientId: z.string(),
  sealed: z.string().nullable(),
  scopes: z.array(z.string()),
  claims: z.record(z.string(), z.string()),
  title: z.string(),
});
export type Provider = z.infer<typeof providerShape>;

/** What a secret is sealed for: bound to the provider's address, so that a copied row does not open. */
export const secretPurpose = (address: string): string => `identity-provider:${address}`;

export interface Person {
  subject: string;
  email: string | null;
  verified: boolean;
  name: string;
  /** The organization that the provider names, by id or slug. */
  organization: string | null;
}

const DEFAULT_CLAIMS: Record<Provider["kind"], Record<string, string>> = {
  oidc: {},
  google: {},
  cognito: { organization: "custom:organization_id" },
  github: {},
};

const MAX_CACHED = 200;
const CACHE_MS = 10 * 60_000;

export interface Providers {
  configuration(provider: Provider): Promise<oidc.Configuration>;
  /** Redeems the code of a callback. Throws whatever the library finds wrong with it. */
  person(provider: Provider, callback: URL, expected: Expected): Promise<Person>;
}

export interface Expected {
  state: string;
  nonce: string;
  verifier: string;
}

function textOf(value: unknown, limit: number): string | null {
  return typeof value === "string" && value.length > 0 && value.length <= limit ? value : null;
}

function github(issuer: string): { metadata: oidc.ServerMetadata; api: string } {
  const base = issuer.replace(/\/$/, "");
  return {
    metadata: {
      issuer: base,
      authorization_endpoint: `${base}/login/oauth/authorize`,
      token_endpoint: `${base}/login/oauth/access_token`,
    },
    // GitHub Enterprise has its API under its own address.
    api: base === "https://github.com" ? "https://api.github.com" : `${base}/api/v3`,
  };
}

const githubUser = z.object({ id: z.number().int(), login: z.string(), name: z.string().nullish() });
const githubEmails = z
  .array(z.object({ email: z.string(), primary: z.boolean(), verified: z.boolean() }))
  .max(1000);

async function githubPerson(api: string, accessToken: string): Promise<Person> {
  const ask = async (path: string): Promise<unknown> => {
    const response = await providerFetch(`${api}${path}`, {
      headers: {
        accept: "application/vnd.github+json",
        authorization: `Bearer ${accessToken}`,
        "user-agent": "cadastre",
      },
    });
    if (response.status !== 200) throw new Error(`GitHub answered ${response.status} to ${path}`);
    return response.json();
  };
  const user = githubUser.parse(await ask("/user"));
  const primary = githubEmails.parse(await ask("/user/emails")).find((e) => e.primary);
  return {
    subject: String(user.id),
    email: primary ? textOf(primary.email, 254) : null,
    verified: primary?.verified ?? false,
    name: user.name ?? user.login,
    organization: null,
  };
}

function personOf(provider: Provider, claims: Record<string, unknown>): Person {
  const names = { ...DEFAULT_CLAIMS[provider.kind], ...provider.claims };
  const verified = claims[names.email_verified ?? "email_verified"];
  const organization = names.organization ? claims[names.organization] : undefined;
  return {
    subject: z.string().min(1).max(300).parse(claims.sub),
    email: textOf(claims[names.email ?? "email"], 254),
    // Cognito says it as text.
    verified: verified === true || verified === "true",
    name: textOf(claims[names.name ?? "name"], 200) ?? "",
    organization: textOf(organization, 60),
  };
}

export function createProviders(secrets: Secrets): Providers {
  const cache = new LRUCache<string, oidc.Configuration>({ max: MAX_CACHED, ttl: CACHE_MS });

  const make = async (provider: Provider): Promise<oidc.Configuration> => {
    const secret = provider.sealed ? secrets.open(secretPurpose(provider.address), provider.sealed) : null;
    const auth = secret === null ? oidc.None() : oidc.ClientSecretPost(secret);
    const issuer = new URL(provider.issuer);
    const plain = mayBePlain(issuer) && issuer.protocol === "http:";
    // The library looks for this very function.
    const prepare = plain ? [oidc.allowInsecureRequests] : [];
    if (provider.kind === "github") {
      const made = new oidc.Configuration(github(provider.issuer).metadata, provider.clientId, {}, auth);
      made[oidc.customFetch] = (url, options) => providerFetch(url, options as RequestInit);
      made.timeout = PROVIDER_SECONDS;
      for (const step of prepare) step(made);
      return made;
    }
    return oidc.discovery(issuer, provider.clientId, {}, auth, {
      [oidc.customFetch]: (url, options) => providerFetch(url, options as RequestInit),
      timeout: PROVIDER_SECONDS,
      // The ID token's signature is checked although it comes straight from the provider.
      execute: [...prepare, oidc.enableNonRepudiationChecks],
    });
  };

  return {
    async configuration(provider) {
      const key = [provider.id, provider.kind, provider.issuer, provider.clientId, provider.sealed].join(" ");
      const known = cache.get(key);
      if (known) return known;
      const made = await make(provider);
      cache.set(key, made);
      return made;
    },
    async person(provider, callback, expected) {
      const configuration = await this.configuration(provider);
      const isGithub = provider.kind === "github";
      const tokens = await oidc.authorizationCodeGrant(configuration, callback, {
        pkceCodeVerifier: expected.verifier,
        expectedState: expected.state,
        ...(isGithub ? {} : { expectedNonce: expected.nonce, idTokenExpected: true }),
      });
      if (isGithub) return githubPerson(github(provider.issuer).api, tokens.access_token);
      const claims: Record<string, unknown> = { ...tokens.claims() };
      const { userinfo_endpoint } = configuration.serverMetadata();
      if (claims[provider.claims.email ?? "email"] === undefined && userinfo_endpoint) {
        Object.assign(claims, {
          ...(await oidc.fetchUserInfo(configuration, tokens.access_token, z.string().parse(claims.sub))),
          ...claims,
        });
      }
      return personOf(provider, claims);
    },
  };
}
