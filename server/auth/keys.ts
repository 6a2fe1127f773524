/** The key pair that signs access tokens: made once per installation, kept where only its owner reads. */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK } from "jose";
import { z } from "zod";
import { AppError } from "../../lib/errors.ts";
import { writePrivate } from "../../lib/instance.ts";

export interface JwtKeys {
  kid: string;
  privateKey: CryptoKey;
  /** Public keys by which tokens are verified, newest first; published at /.well-known/jwks.json. */
  publicJwks: JWK[];
}

const MAX_KEYS = 10;
const jwkShape = z.looseObject({
  kty: z.literal("OKP"),
  crv: z.literal("Ed25519"),
  x: z.string(),
  d: z.string(),
  kid: z.string(),
});
const fileShape = z.object({
  /** The first signs, all verify: a new key goes in front, an old one leaves when its last token has expired. */
  keys: z.array(jwkShape).min(1).max(MAX_KEYS),
});

async function makeKey(): Promise<z.infer<typeof jwkShape>> {
  const { privateKey } = await generateKeyPair("EdDSA", { crv: "Ed25519", extractable: true });
  const jwk = await exportJWK(privateKey);
  return jwkShape.parse({ ...jwk, kid: await calculateJwkThumbprint(jwk) });
}

/** Loads `keys.json` of the home folder, or makes it. Errors: AppError CONFIG when the file is damaged. */
export async function loadOrMakeKeys(home: string): Promise<JwtKeys> {
  const file = path.join(home, "keys.json");
  const text = await readFile(file, "utf8").catch(() => null);
  if (text === null) {
    const made = { keys: [await makeKey()] };
    await writePrivate(file, `${JSON.stringify(made, null, 2)}\n`);
    return keysOf(made);
  }
  try {
    return await keysOf(fileShape.parse(JSON.parse(text)));
  } catch (error) {
    throw new AppError("CONFIG", `${file} is not a set of signing keys`, {
      hint: "Remove it to have a new one made; everybody signs in again.",
      cause: error,
    });
  }
}

async function keysOf(file: z.infer<typeof fileShape>): Promise<JwtKeys> {
  const signing = file.keys[0]!;
  const privateKey = await importJWK(signing, "EdDSA");
  if (!(privateKey instanceof CryptoKey)) throw new Error("not an asymmetric key");
  return {
    kid: signing.kid,
    privateKey,
    publicJwks: file.keys.map(({ kty, crv, x, kid }) => ({ kty, crv, x, kid, alg: "EdDSA", use: "sig" })),
  };
}
