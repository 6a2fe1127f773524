/**
 * Requests of the kinds that speak HTTP. Every connection is checked, that of a redirect too; credentials go to the origin
 * that they were given for, over TLS unless the way is inside. Faults of a moment are tried again here, briefly; longer
 * ones let the whole pull wait.
 */
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { fetch as send } from "undici";
import { z } from "zod";
import type { Network } from "../../lib/outbound.ts";
import { commonFailure, SourceError, unknownFailure } from "./failures.ts";

const MAX_REDIRECTS = 5;
const TRIES = 4;
const FIRST_PAUSE_MS = 200;
/** A server that asks for a longer pause gets it, with the pull put aside meanwhile. */
const MAX_PAUSE_SECONDS = 30;
const MAX_RETRY_AFTER_SECONDS = 24 * 3600;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
/** Of an answer that refuses, so much is told. */
const MAX_TOLD = 200;
const MAX_REFUSAL_BYTES = 64 * 1024;

/** Settings are seen by many, so no secret belongs there; and what the connection needs stays its own. */
const RESERVED =
  /^(authorization|proxy-.*|cookie|host|connection|content-.*|transfer-encoding|te|trailer|upgrade|expect)$/i;

export const authSettings = {
  auth: z.enum(["none", "basic", "bearer", "header"]).default("none"),
  user: z.string().min(1).max(200).optional(),
  authName: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,100}$/)
    .optional(),
  headers: z
    .record(
      z
        .string()
        .regex(/^[A-Za-z0-9-]{1,100}$/)
        .refine((name) => !RESERVED.test(name), "is set by the kind of auth or by the connection itself"),
      z
        .string()
        .max(1000)
        .regex(/^[^\r\n]*$/),
    )
    .optional(),
};
export const authSecret = {
  password: z.string().min(1).max(10_000).optional(),
  token: z
    .string()
    .min(1)
    .max(10_000)
    .regex(/^[^\r\n]*$/)
    .optional(),
};

export interface Credentials {
  headers: Record<string, string>;
  /** Of the query, where the secret is sent there. */
  query: Record<string, string>;
}

interface AuthInput {
  settings: { auth: string; user?: string | undefined; authName?: string | undefined };
  secret: { password?: string | undefined; token?: string | undefined };
}

/** What a request carries to be let in. Errors: SourceError auth where the secret lacks it. */
export function credentialsOf({ settings, secret }: AuthInput): Credentials {
  const need = (value: string | undefined, name: string): string => {
    if (value !== undefined) return value;
    throw new SourceError("auth", `the secret has no ${name}`, "Set the connector's secret.", {
      field: name,
    });
  };
  switch (settings.auth) {
    case "basic": {
      const pair = `${settings.user ?? ""}:${need(secret.password, "password")}`;
      return { headers: { authorization: `Basic ${Buffer.from(pair).toString("base64")}` }, query: {} };
    }
    case "bearer":
      return { headers: { authorization: `Bearer ${need(secret.token, "token")}` }, query: {} };
    case "header":
      return { headers: { [settings.authName ?? "x-api-key"]: need(secret.token, "token") }, query: {} };
    case "query":
      return { headers: {}, query: { [settings.authName ?? "api_key"]: need(secret.token, "token") } };
    default:
      return { headers: {}, query: {} };
  }
}

export interface Web {
  get(url: URL, headers?: Record<string, string>): Promise<Answer>;
  /** A form to a token endpoint. */
  post(url: URL, form: Record<string, string>, headers?: Record<string, string>): Promise<Answer>;
  close(): Promise<void>;
}

export interface Answer {
  status: number;
  headers: Headers;
  url: URL;
  /** The bytes; errors of the connection are told as the source's. */
  body(): Readable;
  /** At most `limit` bytes of text. Errors: SourceError data. */
  text(limit: number): Promise<string>;
  discard(): Promise<void>;
}

export interface WebOptions {
  network: Network;
  signal: AbortSignal;
  credentials: Credentials;
  /** The origin that credentials are for. */
  home: URL;
  headers?: Record<string, string> | undefined;
  /** Pauses so that requests are at least so far apart. */
  spacingMs?: number;
}

type Sent = Awaited<ReturnType<typeof send>>;

/** The origin and path, never the query, which may hold a secret. */
const shown = (url: URL): string => `${url.host}${url.pathname}`.slice(0, 200);

export function createWeb(options: WebOptions): Web {
  const { network, signal, credentials, home } = options;
  const dispatcher = network.dispatcher();
  let free = 0;

  const isOwn = (url: URL): boolean => url.origin === home.origin;
  const request = async (
    start: URL,
    init: { method: string; headers: Record<string, string>; body?: string },
  ): Promise<Answer> => {
    let url = start;
    for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
      const own = isOwn(url);
      const withSecret =
        own && (Object.keys(credentials.headers).length > 0 || Object.keys(credentials.query).length > 0);
      await requireSafe(network, url, withSecret || init.body !== undefined);
      const target = new URL(url);
      if (own)
        for (const [name, value] of Object.entries(credentials.query)) target.searchParams.set(name, value);
      const sent = await send(target, {
        ...init,
        headers: {
          "user-agent": "cadastre",
          ...(own ? options.headers : {}),
          ...init.headers,
          ...(own ? credentials.headers : {}),
        },
        redirect: "manual",
        signal,
        dispatcher,
      });
      const location = REDIRECTS.has(sent.status) ? sent.headers.get("location") : null;
      if (location === null) return answerOf(sent, url);
      await sent.body?.cancel();
      // A form holds a secret: it goes nowhere else.
      if (init.body !== undefined)
        throw new SourceError("data", `${shown(url)} redirects`, "Give the address that it redirects to.");
      url = new URL(location, url);
    }
    throw new SourceError(
      "data",
      `${shown(start)} redirects more than ${MAX_REDIRECTS} times`,
      "Give the address where it ends.",
    );
  };

  const tried = async (
    url: URL,
    init: { method: string; headers: Record<string, string>; body?: string },
  ): Promise<Answer> => {
    for (let attempt = 1; ; attempt++) {
      const wait = free - Date.now();
      if (wait > 0) await sleep(wait, undefined, { signal });
      free = Date.now() + (options.spacingMs ?? 0);
      let failure: SourceError;
      try {
        const answer = await request(url, init);
        if (answer.status < 400) return answer;
        failure = await refusalOf(answer);
      } catch (error) {
        signal.throwIfAborted();
        failure = commonFailure(error, shown(url)) ?? unknownFailure(error, shown(url));
      }
      const pause = failure.retryAfter ?? (FIRST_PAUSE_MS * 2 ** attempt) / 1000;
      if (!failure.transient || attempt === TRIES || pause > MAX_PAUSE_SECONDS) throw failure;
      await sleep(pause * 1000, undefined, { signal });
    }
  };

  return {
    get: (url, headers = {}) => tried(url, { method: "GET", headers }),
    post: (url, form, headers = {}) =>
      tried(url, {
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
        body: new URLSearchParams(form).toString(),
      }),
    close: () => dispatcher.destroy(),
  };
}

async function requireSafe(network: Network, url: URL, withSecret: boolean): Promise<void> {
  if (url.protocol === "https:") return;
  if (url.protocol !== "http:") {
    throw new SourceError("refused", `${url.protocol} is not a way to read files`, "Give an https address.");
  }
  if (!withSecret) return;
  if ((await network.find(url.hostname)).inside) return;
  throw new SourceError(
    "refused",
    `${url.host}: a secret is not sent over plain http`,
    "Give an https address.",
  );
}

function answerOf(sent: Sent, url: URL): Answer {
  async function* bytes(): AsyncGenerator<Buffer> {
    try {
      if (sent.body)
        for await (const chunk of sent.body as AsyncIterable<Uint8Array>) yield Buffer.from(chunk);
    } catch (error) {
      throw commonFailure(error, shown(url)) ?? unknownFailure(error, shown(url));
    }
  }
  return {
    status: sent.status,
    headers: sent.headers as unknown as Headers,
    url,
    body: () => Readable.from(bytes(), { objectMode: false }),
    async text(limit) {
      const chunks: Buffer[] = [];
      let size = 0;
      for await (const chunk of bytes()) {
        size += chunk.length;
        if (size > limit)
          throw new SourceError(
            "data",
            `${shown(url)}: the answer is longer than ${limit} bytes`,
            "Ask for smaller pages.",
          );
        chunks.push(chunk);
      }
      return Buffer.concat(chunks).toString("utf8");
    },
    discard: async () => void (await sent.body?.cancel().catch(() => undefined)),
  };
}

/** Seconds; dates are taken too (RFC 9110). */
function retryAfterOf(headers: Headers): number | undefined {
  const told = headers.get("retry-after");
  if (told === null) return undefined;
  const seconds = /^\d+$/.test(told) ? Number(told) : (Date.parse(told) - Date.now()) / 1000;
  return Number.isFinite(seconds) ? Math.min(MAX_RETRY_AFTER_SECONDS, Math.max(0, seconds)) : undefined;
}

async function refusalOf(answer: Answer): Promise<SourceError> {
  const { status, url } = answer;
  const said = (await answer.text(MAX_REFUSAL_BYTES).catch(() => ""))
    .replace(/\s+/g, " ")
    .trim()
    .slice(0, MAX_TOLD);
  const message = `${shown(url)} answers ${status}${said && !said.startsWith("<") ? `: ${said}` : ""}`;
  if (status === 401 || status === 407)
    return new SourceError("auth", message, "Check the connector's secret, user and kind of auth.");
  if (status === 403) return new SourceError("denied", message, "Give the account the right to read there.");
  if (status === 404 || status === 410) return new SourceError("missing", message, "Check the path.");
  if (status === 429 || (status === 503 && answer.headers.has("retry-after"))) {
    const retryAfter = retryAfterOf(answer.headers);
    return new SourceError(
      "busy",
      message,
      "It is tried again when the server wants it to be.",
      retryAfter === undefined ? {} : { retryAfter },
    );
  }
  if (status >= 500 || status === 408 || status === 425)
    return new SourceError("down", message, "It is tried again by itself.");
  return new SourceError("data", message, "Check path and parameters.");
}

/** A path below the base, never another place. Errors: SourceError settings. */
export function below(base: string, path: string): URL {
  const root = new URL(base.endsWith("/") ? base : `${base}/`);
  const url = new URL(path.replace(/^\/+/, ""), root);
  if (url.origin === root.origin && url.pathname.startsWith(root.pathname)) return url;
  throw new SourceError(
    "settings",
    `${path.slice(0, 100)} is not below ${root.host}${root.pathname}`,
    "Give paths below the base address.",
    { field: "path" },
  );
}
