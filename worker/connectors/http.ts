/** Files by HTTP, as they are. A file whose ETag or time of change is the one that was read is not read again. */
import { z } from "zod";
import { SourceError } from "./failures.ts";
import { type At, defineKind, type Item, type ReadRequest } from "./types.ts";
import { authSecret, authSettings, below, createWeb, credentialsOf, type Web } from "./web.ts";

const settings = z.strictObject({ baseUrl: z.url({ protocol: /^https?$/ }).max(1000), ...authSettings });
const secret = z.strictObject(authSecret);
const selection = z.strictObject({ paths: z.array(z.string().min(1).max(2000)).min(1).max(100) });
type Here = At<z.output<typeof settings>, z.output<typeof secret>>;

const MAX_VERSION = 900;

function open(at: Here): Web {
  return createWeb({
    network: at.network,
    signal: at.signal,
    credentials: credentialsOf(at),
    home: new URL(at.settings.baseUrl),
    headers: at.settings.headers,
  });
}

const versionShape = z.object({ etag: z.string().optional(), modified: z.string().optional() });

/** Asks for the file only if it changed since. */
function conditions(version: string | undefined): Record<string, string> {
  if (version === undefined || !version.startsWith("{")) return {};
  const { etag, modified } = versionShape.parse(JSON.parse(version));
  return {
    ...(etag ? { "if-none-match": etag } : {}),
    ...(modified ? { "if-modified-since": modified } : {}),
  };
}

function versionOf(headers: Headers): string {
  const etag = headers.get("etag");
  const modified = headers.get("last-modified");
  const version = JSON.stringify({ ...(etag ? { etag } : {}), ...(modified ? { modified } : {}) });
  return version.length <= MAX_VERSION ? version : "{}";
}

async function* read(at: Here, request: ReadRequest<z.output<typeof selection>>): AsyncGenerator<Item> {
  const web = open({ ...at, signal: request.signal });
  try {
    const { paths } = request.selection;
    const seen = request.how === "full" ? new Map<string, string>() : await request.seen(paths);
    for (const path of paths) {
      const before = seen.get(path);
      const answer = await web.get(below(at.settings.baseUrl, path), conditions(before));
      const version = versionOf(answer.headers);
      // Servers that answer in full all the same, with the same version, are taken at their word.
      if (answer.status === 304 || (version !== "{}" && version === before)) {
        await answer.discard();
        continue;
      }
      if (answer.status !== 200) {
        throw new SourceError("data", `${path} answers ${answer.status}`, "Check the address.");
      }
      yield {
        name: `${request.source} ${path}`.slice(-490),
        body: answer.body(),
        cursor: () => ({ last: path.slice(0, 500) }),
        object: { name: path, version: () => version },
      };
    }
  } finally {
    await web.close();
  }
}

export const http = defineKind({
  settings,
  secret,
  selection,
  async test(at) {
    const web = open(at);
    try {
      const answer = await web.get(new URL(at.settings.baseUrl)).catch((error: unknown) => {
        // The base need not be a page: that the server answers for it is enough.
        if (error instanceof SourceError && error.code === "SOURCE_MISSING") return null;
        throw error;
      });
      await answer?.discard();
      return { message: `${new URL(at.settings.baseUrl).host} answers${answer ? ` ${answer.status}` : ""}` };
    } finally {
      await web.close();
    }
  },
  // Nothing over HTTP tells which files there are.
  discover: async () => [],
  read,
});
