/**
 * The key pairs that sign checkpoints of the audit trail, in a file outside PostgreSQL: whoever holds the database alone
 * can sign nothing. The newest signs; public keys are kept for ever, since what they signed is verified for ever.
 */
import { link, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK } from "jose";
import { z } from "zod";
import { AppError } from "../errors.ts";
import { writePrivate } from "../instance.ts";

const MAX_KEYS = 1000;

const jwkShape = z.looseObject({
  kty: z.literal("OKP"),
  crv: z.literal("Ed25519"),
  x: z.string(),
  kid: z.string(),
  /** The private part; of keys that sign no more it is removed. */
  d: z.string().optional(),
});
const fileShape = z.object({ keys: z.array(jwkShape).min(1).max(MAX_KEYS) });
type KeyFile = z.infer<typeof fileShape>;

export interface AuditKeys {
  kid: string;
  /** null: this process can verify, not sign. */
  privateKey: CryptoKey | null;
  /** Every key that ever signed, newest first. */
  jwks: { keys: JWK[] };
}

export interface AuditKeyPlace {
  home: string;
  auditKeysFile: string | null;
}

const fileOf = (place: AuditKeyPlace): string =>
  place.auditKeysFile ?? path.join(place.home, "audit-keys.json");

/** A set of public keys, from anywhere. Errors: AppError CONFIG. */
export function parseJwks(text: string, where: string): { keys: JWK[] } {
  try {
    return { keys: fileShape.parse(JSON.parse(text)).keys.map(publicPart) };
  } catch (error) {
    throw new AppError("CONFIG", `${where} is not a set of audit keys`, {
      hint: "Take it from /.well-known/audit-jwks.json or with cadastre audit keys.",
      cause: error,
    });
  }
}

async function makeKey(): Promise<z.infer<typeof jwkShape>> {
  const { privateKey } = await generateKeyPair("EdDSA", { crv: "Ed25519", extractable: true });
  const jwk = await exportJWK(privateKey);
  return jwkShape.parse({ ...jwk, kid: await calculateJwkThumbprint(jwk) });
}

const publicPart = ({ kty, crv, x, kid }: z.infer<typeof jwkShape>): JWK => ({
  kty,
  crv,
  x,
  kid,
  alg: "EdDSA",
  use: "sig",
});

async function readKeys(place: AuditKeyPlace): Promise<KeyFile | null> {
  const file = fileOf(place);
  const text = await readFile(file, "utf8").catch(() => null);
  if (text === null) return null;
  const parsed = fileShape.safeParse(JSON.parse(text));
  if (parsed.success) return parsed.data;
  throw new AppError("CONFIG", `${file} is not a set of audit keys`, {
    hint: "Bring it back from a backup: without it, what it signed cannot be verified.",
  });
}

/** The keys of AUDIT_KEYS_FILE, else of `audit-keys.json` in the home folder, made where missing. Errors: AppError CONFIG. */
export async function loadAuditKeys(place: AuditKeyPlace): Promise<AuditKeys> {
  let keys = await readKeys(place);
  if (keys === null) {
    const file = fileOf(place);
    // Two processes may start on a new home at once: the first one's key counts for both.
    await mkdir(path.dirname(file), { recursive: true });
    const draft = `${file}.${process.pid}.draft`;
    await writeFile(draft, `${JSON.stringify({ keys: [await makeKey()] }, null, 2)}\n`, { mode: 0o600 });
    await link(draft, file).catch(() => undefined);
    await rm(draft, { force: true });
    keys = (await readKeys(place))!;
  }
  const signing = keys.keys[0]!;
  const key = signing.d ? await importJWK(signing, "EdDSA") : null;
  return {
    kid: signing.kid,
    privateKey: key instanceof CryptoKey ? key : null,
    jwks: { keys: keys.keys.map(publicPart) },
  };
}

/** The public keys, for whoever does not sign: none is made where there is none. Errors: AppError CONFIG. */
export async function publicAuditKeys(place: AuditKeyPlace): Promise<{ keys: JWK[] }> {
  return { keys: ((await readKeys(place))?.keys ?? []).map(publicPart) };
}

/** Puts a new key in front; of the others the public part stays. Resolves with the new key's id. */
export async function rotateAuditKeys(place: AuditKeyPlace): Promise<string> {
  const before = (await readKeys(place))?.keys ?? [];
  const fresh = await makeKey();
  const kept = before.map(({ d: _, ...rest }) => rest);
  if (kept.length >= MAX_KEYS) throw new AppError("CONFIG", `there are ${MAX_KEYS} audit keys already`);
  await writePrivate(fileOf(place), `${JSON.stringify({ keys: [fresh, ...kept] }, null, 2)}\n`);
  return fresh.kid;
}
