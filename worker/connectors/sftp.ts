/**
 * Files by SFTP. The server's host key is pinned: as it was given, else as the first test saw it and told; nothing is
 * read before. A file that changes while it is read is not taken.
 */
import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import Client from "ssh2-sftp-client";
import { z } from "zod";
import { commonFailure, SourceError, unknownFailure } from "./failures.ts";
import { takeNew } from "./objects.ts";
import { matches } from "./text.ts";
import {
  type At,
  defineKind,
  type Found,
  host,
  type Item,
  MAX_FOUND,
  port,
  type ReadRequest,
} from "./types.ts";

const settings = z.strictObject({
  host,
  port: port.default(22),
  user: z.string().min(1).max(200),
  hostKey: z
    .string()
    .regex(
      /^SHA256:[A-Za-z0-9+/]{43}=?$/,
      "is written as SHA256: and 43 characters, as ssh-keyscan | ssh-keygen -lf - shows it",
    )
    .optional(),
});
const secret = z.strictObject({
  password: z.string().min(1).max(10_000).optional(),
  privateKey: z.string().min(1).max(20_000).optional(),
  passphrase: z.string().min(1).max(10_000).optional(),
});
const selection = z.strictObject({
  path: z.string().min(1).max(1000),
  pattern: z.string().min(1).max(300).optional(),
});
type Here = At<z.output<typeof settings>, z.output<typeof secret>>;

const CONNECT_MS = 20_000;
/** Folders below the path, and files in all, that are looked at. */
const MAX_DEPTH = 20;
const MAX_FILES = 200_000;

export function fingerprintOf(key: Buffer): string {
  return `SHA256:${createHash("sha256").update(key).digest("base64").replace(/=+$/, "")}`;
}

interface Connected {
  client: Client;
  fingerprint: string;
}

function tell(error: unknown, { settings: { host, port, user } }: Here): SourceError {
  const where = `${host}:${port}`;
  const said = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && "code" in error ? error.code : null;
  const options = { cause: error };
  const known = commonFailure(error, where);
  if (known?.code === "SOURCE_REFUSED" || known?.code === "SOURCE_IDENTITY") return known;
  if (
    /authentication methods failed|cannot parse privateKey|Encrypted (OpenSSH )?private|bad passphrase/i.test(
      said,
    )
  ) {
    return new SourceError(
      "auth",
      `${where}: the user ${user} was not let in`,
      "Check user, password or private key with its passphrase.",
      options,
    );
  }
  if (code === 2 || code === "ENOENT" || /no such file/i.test(said)) {
    return new SourceError("missing", `${where}: ${said.slice(0, 300)}`, "Check the path.", options);
  }
  if (code === 3 || code === "EACCES" || /permission denied/i.test(said)) {
    return new SourceError("denied", `${where}: ${said.slice(0, 300)}`, `Let ${user} read there.`, options);
  }
  return known ?? unknownFailure(error, where);
}

/** Connects, and accepts the expected host key alone; any at all where none is known yet and `learn` is meant. */
async function connect(at: Here, learn: boolean): Promise<Connected> {
  const { settings, secret, network, signal, pinned } = at;
  const expected = settings.hostKey?.replace(/=+$/, "") ?? pinned;
  if (expected === null && !learn) {
    throw new SourceError(
      "identity",
      `${settings.host}: the server's host key is not known yet`,
      "Test the connector, compare the fingerprint that it shows with the server's own, then pull.",
    );
  }
  const socket = await network.connect(settings.host, settings.port, signal);
  // Its own listeners would write to the standard output.
  const quiet = (): void => undefined;
  const client = new Client("cadastre", { error: quiet, end: quiet, close: quiet });
  let shown = "";
  try {
    await client.connect({
      sock: socket,
      username: settings.user,
      ...(secret.password === undefined ? {} : { password: secret.password }),
      ...(secret.privateKey === undefined ? {} : { privateKey: secret.privateKey }),
      ...(secret.passphrase === undefined ? {} : { passphrase: secret.passphrase }),
      readyTimeout: CONNECT_MS,
      hostVerifier: (key: Buffer) => {
        shown = fingerprintOf(key);
        return expected === null || shown === expected;
      },
    });
  } catch (error) {
    socket.destroy();
    if (expected !== null && shown !== "" && shown !== expected) {
      throw new SourceError(
        "identity",
        `${settings.host} shows the host key ${shown}, not ${expected}`,
        "Somebody may stand in between. If the server has a new key, set hostKey to it.",
        {
          cause: error,
        },
      );
    }
    throw error;
  }
  return { client, fingerprint: shown };
}

async function withClient<T>(
  at: Here,
  learn: boolean,
  work: (connected: Connected) => Promise<T>,
): Promise<T> {
  let connected: Connected | null = null;
  const stop = (): void => void connected?.client.end().catch(() => undefined);
  at.signal.addEventListener("abort", stop, { once: true });
  try {
    connected = await connect(at, learn);
    return await work(connected);
  } catch (error) {
    at.signal.throwIfAborted();
    throw tell(error, at);
  } finally {
    at.signal.removeEventListener("abort", stop);
    await connected?.client.end().catch(() => undefined);
  }
}

interface File {
  name: string;
  size: number;
  version: string;
}

/** Regular files below a path, by name. Links are not followed: they could lead in circles. */
async function listFiles(client: Client, root: string, signal: AbortSignal): Promise<File[]> {
  const files: File[] = [];
  const walk = async (folder: string, depth: number): Promise<void> => {
    signal.throwIfAborted();
    for (const entry of await client.list(folder)) {
      const name = `${folder.replace(/\/$/, "")}/${entry.name}`;
      if (entry.type === "d" && depth < MAX_DEPTH) await walk(name, depth + 1);
      if (entry.type !== "-") continue;
      if (files.length >= MAX_FILES) {
        throw new SourceError(
          "data",
          `there are more than ${MAX_FILES} files below ${root}`,
          "Name a folder with fewer.",
        );
      }
      files.push({ name, size: entry.size, version: `${entry.size}-${entry.modifyTime}` });
    }
  };
  await walk(root, 0);
  return files.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The file whole, as it was listed, or an error. */
function open(client: Client, at: Here, file: File): Readable {
  async function* bytes(): AsyncGenerator<Buffer> {
    let size = 0;
    try {
      for await (const chunk of client.createReadStream(file.name) as AsyncIterable<Buffer>) {
        size += chunk.length;
        yield chunk;
      }
      const after = await client.stat(file.name);
      if (size !== file.size || `${after.size}-${after.modifyTime}` !== file.version) {
        throw new SourceError(
          "busy",
          `${file.name} changed while it was read`,
          "It is read again when it is at rest.",
        );
      }
    } catch (error) {
      throw tell(error, at);
    }
  }
  return Readable.from(bytes(), { objectMode: false });
}

async function* read(at: Here, request: ReadRequest<z.output<typeof selection>>): AsyncGenerator<Item> {
  let connected: Connected | null = null;
  const stop = (): void => void connected?.client.end().catch(() => undefined);
  request.signal.addEventListener("abort", stop, { once: true });
  try {
    connected = await connect(at, false);
    const { client } = connected;
    const { path, pattern } = request.selection;
    const root = path.replace(/\/$/, "") || "/";
    const all = await listFiles(client, root, request.signal);
    const inner = (name: string): string => name.slice(root === "/" ? 1 : root.length + 1);
    const wanted = all.filter((file) => matches(pattern, inner(file.name)));
    yield* takeNew(request, wanted, (file) => open(client, at, file));
  } catch (error) {
    request.signal.throwIfAborted();
    throw tell(error, at);
  } finally {
    request.signal.removeEventListener("abort", stop);
    await connected?.client.end().catch(() => undefined);
  }
}

export const sftp = defineKind({
  settings,
  secret,
  selection,
  test: (at) =>
    withClient(at, true, async ({ client, fingerprint }) => {
      const home = await client.cwd();
      return {
        message: `SFTP, user ${at.settings.user}, folder ${home}, host key ${fingerprint}`,
        fingerprint,
      };
    }),
  discover: (at) =>
    withClient(at, false, async ({ client }) => {
      const home = await client.cwd();
      const entries = await client.list(home);
      return entries.slice(0, MAX_FOUND + 1).map((entry): Found => {
        const path = `${home.replace(/\/$/, "")}/${entry.name}`;
        return {
          name: entry.name,
          selection: entry.type === "d" ? { path } : { path: home, pattern: entry.name },
          bytes: entry.size,
        };
      });
    }),
  read,
});
