/**
 * REST APIs, declared in JSON: how they let in, how they page, where their records are, by what they are asked for news.
 * Every page becomes lines of NDJSON as it comes.
 */
import { z } from "zod";
import { SourceError } from "./failures.ts";
import { laterOf, type Page, pageShape, restCursor, startPaging, at as valueAt } from "./rest-pages.ts";
import { NDJSON, nameOf, textStream } from "./text.ts";
import { type At, defineKind, type Item, type Json, type ReadRequest } from "./types.ts";
import { authSecret, authSettings, below, createWeb, credentialsOf, type Web } from "./web.ts";

const settings = z.strictObject({
  baseUrl: z.url({ protocol: /^https?$/ }).max(1000),
  ...authSettings,
  auth: z.enum(["none", "basic", "bearer", "header", "query", "oauth2"]).default("none"),
  tokenUrl: z
    .url({ protocol: /^https?$/ })
    .max(1000)
    .optional(),
  clientId: z.string().min(1).max(500).optional(),
  scope: z.string().max(500).optional(),
  requestsPerSecond: z.number().min(0.01).max(1000).optional(),
});
const secret = z.strictObject({ ...authSecret, clientSecret: z.string().min(1).max(10_000).optional() });

const MAX_PAGES = 1000;
const MAX_PAGE_BYTES = 64 * 1024 * 1024;
const MAX_TOKEN_BYTES = 64 * 1024;
const selection = z.strictObject({
  path: z.string().min(1).max(2000),
  query: z
    .record(z.string().min(1).max(200), z.union([z.string().max(2000), z.number(), z.boolean()]))
    .default({}),
  /** Names and numbers joined by dots: `data.items`; empty: the answer itself. */
  recordPath: z.string().max(500).default(""),
  pagination: pageShape.default({ kind: "none" }),
  cursor: restCursor.optional(),
  maxPages: z.int().min(1).max(10_000).default(MAX_PAGES),
});
type Here = At<z.output<typeof settings>, z.output<typeof secret>>;
type Request = ReadRequest<z.output<typeof selection>>;

const cursorState = z.object({ value: z.union([z.string().max(1000), z.number()]) });
const tokenShape = z.object({ access_token: z.string().min(1).max(10_000) });

/** A token for client credentials (RFC 6749, 4.4), asked for anew with each reading. */
async function accessToken({ settings, secret, network, signal }: Here): Promise<string> {
  const { tokenUrl, clientId, scope } = settings;
  const { clientSecret } = secret;
  if (!tokenUrl || !clientId || !clientSecret) {
    throw new SourceError(
      clientSecret ? "settings" : "auth",
      "oauth2 needs tokenUrl, clientId and the secret's clientSecret",
      "Give all three.",
    );
  }
  const address = new URL(tokenUrl);
  const pair = Buffer.from(`${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`).toString(
    "base64",
  );
  const issuer = createWeb({
    network,
    signal,
    home: address,
    credentials: { headers: { authorization: `Basic ${pair}` }, query: {} },
  });
  try {
    const answer = await issuer
      .post(address, { grant_type: "client_credentials", ...(scope ? { scope } : {}) })
      .catch((error: unknown) => {
        if (!(error instanceof SourceError) || error.transient || error.code === "SOURCE_REFUSED")
          throw error;
        throw new SourceError(
          "auth",
          `${address.host} gave no token to ${clientId}`,
          "Check client, secret and scope.",
          { cause: error },
        );
      });
    const parsed = tokenShape.safeParse(parseJson(await answer.text(MAX_TOKEN_BYTES), address));
    if (parsed.success) return parsed.data.access_token;
    throw new SourceError("auth", `${address.host} answers without an access token`, "Check tokenUrl.");
  } finally {
    await issuer.close();
  }
}

function parseJson(text: string, url: URL): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    throw new SourceError("data", `${url.host}${url.pathname} does not answer in JSON`, "Check the path.", {
      cause: error,
    });
  }
}

async function open(at: Here): Promise<Web> {
  const { settings, network, signal } = at;
  const credentials =
    settings.auth === "oauth2"
      ? { headers: { authorization: `Bearer ${await accessToken(at)}` }, query: {} }
      : credentialsOf(at);
  return createWeb({
    network,
    signal,
    credentials,
    home: new URL(settings.baseUrl),
    headers: { accept: "application/json", ...settings.headers },
    ...(settings.requestsPerSecond ? { spacingMs: 1000 / settings.requestsPerSecond } : {}),
  });
}

function startOf(at: Here, request: Request): URL {
  const { selection, range } = request;
  const url = below(at.settings.baseUrl, selection.path);
  for (const [name, value] of Object.entries(selection.query)) url.searchParams.set(name, String(value));
  const { cursor } = selection;
  if (cursor === undefined) return url;
  const set = (parameter: string | undefined, value: string | number | undefined, template: string): void => {
    if (parameter !== undefined && value !== undefined)
      url.searchParams.set(parameter, template.replaceAll("{value}", String(value)));
  };
  if (range !== null) {
    set(cursor.parameter, range.from, cursor.template);
    set(cursor.toParameter, range.to, "{value}");
  } else if (request.how === "incremental") {
    set(cursor.parameter, cursorState.safeParse(request.cursor).data?.value ?? cursor.start, cursor.template);
  }
  return url;
}

interface Progress {
  count: number;
  last: string | number | null;
}

async function fetchPage(web: Web, url: URL, recordPath: string): Promise<Page> {
  const answer = await web.get(url);
  const body = parseJson(await answer.text(MAX_PAGE_BYTES), url);
  const records = valueAt(body, recordPath);
  if (!Array.isArray(records)) {
    throw new SourceError(
      "data",
      `${url.host}${url.pathname} has no list at ${recordPath || "its root"}`,
      "Set recordPath to where the records are.",
      { field: "recordPath" },
    );
  }
  return { body, records, headers: answer.headers, url };
}

async function* lines(web: Web, at: Here, request: Request, progress: Progress): AsyncGenerator<string> {
  const { recordPath, pagination, cursor, maxPages } = request.selection;
  const before =
    request.how === "incremental" && request.range === null
      ? (cursorState.safeParse(request.cursor).data?.value ?? null)
      : null;
  const next = startPaging(pagination, new URL(at.settings.baseUrl));
  const visited = new Set<string>();
  let url: URL | null = next.first(startOf(at, request));
  while (url !== null) {
    request.signal.throwIfAborted();
    if (visited.has(url.href)) {
      throw new SourceError(
        "data",
        `${url.host}${url.pathname} names a page as the next that was read already`,
        "Check the pagination.",
        { field: "pagination" },
      );
    }
    if (visited.size >= maxPages) {
      throw new SourceError(
        "data",
        `${url.host}${url.pathname} has more than ${maxPages} pages`,
        "Raise maxPages, ask for larger pages, or read a range.",
        { field: "maxPages" },
      );
    }
    visited.add(url.href);
    const page: Page = await fetchPage(web, url, recordPath);
    for (const record of page.records) {
      const value = cursor === undefined ? null : valueAt(record, cursor.field);
      if (typeof value === "string" || typeof value === "number") {
        // Records without a key would be doubled; those at the bound itself were read.
        if (request.mode === "append" && before !== null && laterOf(before, value) === before) continue;
        progress.last = progress.last === null ? value : laterOf(progress.last, value);
      }
      progress.count++;
      const kept =
        typeof record === "object" && record !== null && !Array.isArray(record) ? record : { value: record };
      yield `${JSON.stringify(kept)}\n`;
    }
    url = next.after(page);
  }
}

async function* read(at: Here, request: Request): AsyncGenerator<Item> {
  const here = { ...at, signal: request.signal };
  const web = await open(here);
  try {
    const progress: Progress = { count: 0, last: null };
    const before = cursorState.safeParse(request.cursor).data ?? null;
    const from = request.range?.from ?? (request.how === "incremental" ? before?.value : undefined);
    yield {
      name: nameOf(
        request.source,
        request.selection.path,
        from === undefined ? "" : `from ${from}`,
        "ndjson",
      ),
      options: NDJSON,
      body: textStream(lines(web, here, request, progress)),
      cursor() {
        if (progress.last === null) return before;
        return { value: before === null ? progress.last : laterOf(before.value, progress.last) };
      },
      isEmpty: () => progress.count === 0,
    };
  } finally {
    await web.close();
  }
}

export const rest = defineKind({
  settings,
  secret,
  selection,
  async test(at) {
    const web = await open(at);
    try {
      const home = new URL(at.settings.baseUrl);
      const answer = await web.get(home).catch((error: unknown) => {
        // The base need not answer itself: that the server does, and lets in, is enough.
        if (error instanceof SourceError && (error.code === "SOURCE_MISSING" || error.code === "SOURCE_DATA"))
          return null;
        throw error;
      });
      await answer?.discard();
      return { message: `${home.host} answers${answer ? ` ${answer.status}` : ""}` };
    } finally {
      await web.close();
    }
  },
  // An API tells of its own paths in its documentation alone.
  discover: async () => [],
  read,
});
