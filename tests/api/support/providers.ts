/**
 * Identity providers on 127.0.0.1: the package oidc-provider, which is certified; one whose every answer the test can
 * forge; and the three addresses of GitHub's that a sign-in uses. And a browser's part: cookies and redirects.
 */
import { createHash, randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from "jose";
import { Provider } from "oidc-provider";

export interface Account {
  sub: string;
  email?: string;
  email_verified?: boolean;
  name?: string;
  [claim: string]: unknown;
}

export interface RunningProvider {
  issuer: string;
  close(): Promise<void>;
}

export const CLIENT = { id: "cadastre", secret: "a client secret of at least 32 characters" };

async function listening(server: Server): Promise<{ url: string; close(): Promise<void> }> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The certified provider; whoever comes is signed in as `who()` and consents. */
export async function startOidcProvider(
  redirectUris: string[],
  who: () => Account,
): Promise<RunningProvider> {
  let handle: (request: IncomingMessage, response: ServerResponse) => void = () => undefined;
  const server = createServer((request, response) => handle(request, response));
  const { url, close } = await listening(server);
  const known = new Map<string, Account>();
  const { privateKey } = await generateKeyPair("RS256", { extractable: true });
  const provider = new Provider(url, {
    clients: [
      {
        client_id: CLIENT.id,
        client_secret: CLIENT.secret,
        redirect_uris: redirectUris,
        token_endpoint_auth_method: "client_secret_post",
      },
    ],
    jwks: { keys: [{ ...(await exportJWK(privateKey)), alg: "RS256", use: "sig", kid: "one" }] },
    cookies: { keys: [randomBytes(16).toString("hex")] },
    claims: {
      email: ["email", "email_verified"],
      profile: ["name"],
      openid: ["sub", "custom:organization_id"],
    },
    conformIdTokenClaims: false,
    ttl: {
      Interaction: 300,
      Session: 300,
      Grant: 300,
      AccessToken: 300,
      IdToken: 300,
      AuthorizationCode: 60,
    },
    pkce: { required: () => true },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_context, id) => ({ accountId: id, claims: () => known.get(id) ?? { sub: id } }),
  });
  const callback = provider.callback();
  const interact = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { prompt, params, session } = await provider.interactionDetails(request, response);
    if (prompt.name === "login") {
      const account = who();
      known.set(account.sub, account);
      await provider.interactionFinished(request, response, { login: { accountId: account.sub } });
      return;
    }
    const grant = new provider.Grant({
      accountId: session!.accountId,
      clientId: String(params.client_id),
    });
    grant.addOIDCScope(String(params.scope));
    await provider.interactionFinished(request, response, { consent: { grantId: await grant.save() } });
  };
  handle = (request, response) => {
    if (request.url?.startsWith("/interaction/")) {
      interact(request, response).catch((error: Error) => {
        response.statusCode = 500;
        response.end(error.message);
      });
    } else void callback(request, response);
  };
  return { issuer: url, close };
}

/** What the forging provider gets wrong. */
export interface Forgery {
  nonce?: string;
  issuer?: string;
  audience?: string;
  unsigned?: boolean;
  otherKey?: boolean;
  expired?: boolean;
  huge?: boolean;
  claims?: Record<string, unknown>;
}

function json(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}

async function formOf(request: IncomingMessage): Promise<URLSearchParams> {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  return new URLSearchParams(text);
}

/** Codes by what they were asked with; each counts once, and needs its PKCE verifier. */
function codes() {
  const asked = new Map<string, URLSearchParams>();
  return {
    give(query: URLSearchParams): string {
      const code = randomBytes(16).toString("hex");
      asked.set(code, query);
      return code;
    },
    redeem(form: URLSearchParams): URLSearchParams | null {
      const query = asked.get(form.get("code") ?? "");
      asked.delete(form.get("code") ?? "");
      const challenge = createHash("sha256")
        .update(form.get("code_verifier") ?? "")
        .digest("base64url");
      const right = query?.get("code_challenge") === challenge && form.get("client_secret") === CLIENT.secret;
      return right ? query! : null;
    },
  };
}

export async function startForger(forgery: () => Forgery): Promise<RunningProvider> {
  const right = await generateKeyPair("RS256");
  const wrong = await generateKeyPair("RS256");
  const jwk = { ...(await exportJWK(right.publicKey)), kid: "one", alg: "RS256", use: "sig" };
  const book = codes();
  const idToken = async (query: URLSearchParams): Promise<string> => {
    const f = forgery();
    const claims = {
      email: "eve@acme.example",
      email_verified: true,
      nonce: f.nonce ?? query.get("nonce"),
      ...f.claims,
    };
    const fill = <T extends SignJWT | UnsecuredJWT>(token: T): T => {
      token
        .setSubject("eve")
        .setIssuer(f.issuer ?? running.url)
        .setAudience(f.audience ?? CLIENT.id)
        .setIssuedAt(f.expired ? "-2h" : undefined)
        .setExpirationTime(f.expired ? "-1h" : "5m");
      return token;
    };
    if (f.unsigned) return fill(new UnsecuredJWT(claims)).encode();
    const signed = fill(new SignJWT(claims)).setProtectedHeader({ alg: "RS256", kid: "one" });
    return signed.sign(f.otherKey ? wrong.privateKey : right.privateKey);
  };
  const server = createServer((request, response) => {
    const url = new URL(request.url!, running.url);
    void (async () => {
      if (url.pathname === "/.well-known/openid-configuration") {
        json(response, {
          issuer: running.url,
          authorization_endpoint: `${running.url}/auth`,
          token_endpoint: `${running.url}/token`,
          jwks_uri: `${running.url}/jwks`,
          response_types_supported: ["code"],
          subject_types_supported: ["public"],
          id_token_signing_alg_values_supported: ["RS256"],
          ...(forgery().huge ? { padding: "x".repeat(2_000_000) } : {}),
        });
      } else if (url.pathname === "/jwks") {
        json(response, { keys: [jwk] });
      } else if (url.pathname === "/auth") {
        const back = new URL(url.searchParams.get("redirect_uri")!);
        back.searchParams.set("code", book.give(url.searchParams));
        back.searchParams.set("state", url.searchParams.get("state")!);
        response.writeHead(302, { location: back.toString() }).end();
      } else {
        const query = book.redeem(await formOf(request));
        if (!query) json(response, { error: "invalid_grant" }, 400);
        else
          json(response, {
            access_token: "a",
            token_type: "bearer",
            expires_in: 60,
            id_token: await idToken(query),
          });
      }
    })();
  });
  const running = await listening(server);
  return { issuer: running.url, close: running.close };
}

export interface GithubUser {
  id: number;
  login: string;
  name: string | null;
  emails: { email: string; primary: boolean; verified: boolean }[];
}

/** GitHub Enterprise's authorize, access_token, /user and /user/emails. */
export async function startGithub(who: () => GithubUser): Promise<RunningProvider> {
  const book = codes();
  const tokens = new Set<string>();
  const server = createServer((request, response) => {
    const url = new URL(request.url!, running.url);
    void (async () => {
      if (url.pathname === "/login/oauth/authorize") {
        const back = new URL(url.searchParams.get("redirect_uri")!);
        back.searchParams.set("code", book.give(url.searchParams));
        back.searchParams.set("state", url.searchParams.get("state")!);
        response.writeHead(302, { location: back.toString() }).end();
      } else if (url.pathname === "/login/oauth/access_token") {
        if (!book.redeem(await formOf(request))) return json(response, { error: "bad_verification_code" });
        const token = `gho_${randomBytes(12).toString("hex")}`;
        tokens.add(token);
        json(response, { access_token: token, token_type: "bearer", scope: "read:user,user:email" });
      } else if (!tokens.has((request.headers.authorization ?? "").replace("Bearer ", ""))) {
        json(response, { message: "Bad credentials" }, 401);
      } else if (url.pathname === "/api/v3/user") {
        const { emails: _emails, ...user } = who();
        json(response, user);
      } else json(response, who().emails);
    })();
  });
  const running = await listening(server);
  return { issuer: running.url, close: running.close };
}

/** A browser's cookies and redirects, by origin. */
export function createBrowser() {
  const jar = new Map<string, Map<string, { value: string; path: string }>>();
  const cookiesFor = (url: URL): string =>
    [...(jar.get(url.host) ?? [])]
      .filter(([, c]) => url.pathname.startsWith(c.path))
      .map(([name, c]) => `${name}=${c.value}`)
      .join("; ");
  const visit = async (address: string, init: RequestInit = {}): Promise<Response> => {
    const url = new URL(address);
    const headers = new Headers(init.headers);
    const cookie = cookiesFor(url);
    if (cookie) headers.set("cookie", cookie);
    const response = await fetch(url, { ...init, headers, redirect: "manual" });
    const own = jar.get(url.host) ?? new Map();
    jar.set(url.host, own);
    for (const line of response.headers.getSetCookie()) {
      const [pair, ...attributes] = line.split("; ");
      const [name, value] = [pair!.slice(0, pair!.indexOf("=")), pair!.slice(pair!.indexOf("=") + 1)];
      const path = attributes.find((a) => /^path=/i.test(a))?.slice(5) ?? "/";
      if (value === "") own.delete(name);
      else own.set(name, { value, path });
    }
    return response;
  };
  /** Follows redirects as long as `stop` does not hold for the next address; resolves with that address. */
  const follow = async (address: string, stop: (url: URL) => boolean): Promise<string> => {
    let at = address;
    for (let hops = 0; hops < 15; hops++) {
      const response = await visit(at);
      const location = response.headers.get("location");
      if (!location) throw new Error(`${response.status} at ${at}: ${(await response.text()).slice(0, 300)}`);
      const next = new URL(location, at);
      at = next.toString();
      if (stop(next)) return at;
    }
    throw new Error("too many redirects");
  };
  return { visit, follow, cookie: (host: string, name: string) => jar.get(host)?.get(name)?.value ?? null };
}
