/**
 * The key pairs that sign access tokens, kept where only their owner reads. The newest signs, all verify, so a change
 * of keys signs nobody out: a key leaves when the last token under it has long expired.
 */
import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK } from "jose";
import { z } from "zod";
import { AppError, explain } from "../../lib/errors.ts";
import { writePrivate } from "../../lib/instance.ts";
import type { Logger } from "../../lib/log.ts";

export interface JwtKeys {
  kid: string;
  privateKey: CryptoKey;
  /** Public keys by which tokens are verified, newest first; published at /.well-known/jwks.json. */
  publicJwks: JWK[];
}

const MAX_KEYS = 10;
const DAY_MS = 24 * 3600 * 1000;
/** A start with an older key makes a new one. */
const ROTATE_AFTER_MS = 90 * DAY_MS;
/** A key that was succeeded still verifies this long: far longer than any token counts. */
const KEEP_MS = DAY_MS;
/** How soon a running server sees keys that another process made. */
const LOOK_EVERY_MS = 5000;

const jwkShape = z.looseObject({
  kty: z.literal("OKP"),
  crv: z.literal("Ed25519"),
  x: z.string(),
  d: z.string(),
  kid: z.string(),
  /** Unix milliseconds; of a key made before this was kept, 0. */
  made: z.number().default(0),
});
const fileShape = z.object({ keys: z.array(jwkShape).min(1).max(MAX_KEYS) });
type KeyFile = z.infer<typeof fileShape>;

const fileOf = (home: string): string => path.join(home, "keys.json");

async function makeKey(): Promise<z.infer<typeof jwkShape>> {
  const { privateKey } = await generateKeyPair("EdDSA", { crv: "Ed25519", extractable: true });
  const jwk = await exportJWK(privateKey);
  return jwkShape.parse({ ...jwk, kid: await calculateJwkThumbprint(jwk), made: Date.now() });
}

async function readKeys(home: string): Promise<KeyFile | null> {
  const file = fileOf(home);
  const text = await readFile(file, "utf8").catch(() => null);
  if (text === null) return null;
  try {
    return fileShape.parse(JSON.parse(text));
  } catch (error) {
    throw new AppError("CONFIG", `${file} is not a set of signing keys`, {
      hint: "Remove it to have a new one made; everybody signs in again.",
      cause: error,
    });
  }
}

const writeKeys = (home: string, keys: KeyFile): Promise<void> =>
  writePrivate(fileOf(home), `${JSON.stringify(keys, null, 2)}\n`);

/** Puts a new key in front and drops those that nothing can be signed by any more. Resolves with the new key's id. */
export async function rotateKeys(home: string): Promise<string> {
  const before = (await readKeys(home))?.keys ?? [];
  const fresh = await makeKey();
  const kept = before.filter((_key, index) => {
    // A key signed until the one before it in the list was made.
    const succeeded = index === 0 ? Date.now() : before[index - 1]!.made;
    return Date.now() - succeeded < KEEP_MS;
  });
  await writeKeys(home, { keys: [fresh, ...kept].slice(0, MAX_KEYS) });
  return fresh.kid;
}

/** Loads `keys.json` of the home folder, or makes it; an old key gets a successor. Errors: AppError CONFIG. */
export async function loadOrMakeKeys(home: string): Promise<JwtKeys> {
  const present = await readKeys(home);
  if (present === null || Date.now() - present.keys[0]!.made > ROTATE_AFTER_MS) await rotateKeys(home);
  return keysOf((await readKeys(home))!);
}

/** Looks for keys that another process made, and takes them over into `keys`. The result stops it. */
export function followKeys(
  home: string,
  keys: JwtKeys,
  log: Logger,
): { look(): Promise<void>; stop(): void } {
  let seen = 0;
  const look = async (): Promise<void> => {
    try {
      const { mtimeMs } = await stat(fileOf(home));
      if (mtimeMs === seen) return;
      const file = await readKeys(home);
      if (file) Object.assign(keys, await keysOf(file));
      seen = mtimeMs;
    } catch (error) {
      log.warn(
        { err: explain(error) },
        "the signing keys could not be read again; going on with those known",
      );
    }
  };
  const timer = setInterval(() => void look(), LOOK_EVERY_MS);
  timer.unref();
  return { look, stop: () => clearInterval(timer) };
}

async function keysOf(file: KeyFile): Promise<JwtKeys> {
  const signing = file.keys[0]!;
  const privateKey = await importJWK(signing, "EdDSA");
  if (!(privateKey instanceof CryptoKey)) throw new Error("not an asymmetric key");
  return {
    kid: signing.kid,
    privateKey,
    publicJwks: file.keys.map(({ kty, crv, x, kid }) => ({ kty, crv, x, kid, alg: "EdDSA", use: "sig" })),
  };
}
