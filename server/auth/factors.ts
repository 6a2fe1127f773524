/** Verifying second factors. What is verified here counts once; that is PostgreSQL's to decide (private.use_factor). */
import { createHash, randomBytes } from "node:crypto";
import { Secret, TOTP } from "otpauth";
import { z } from "zod";
import { AppError } from "../../lib/errors.ts";
import type { Secrets } from "../../lib/secrets.ts";

const PERIOD_SECONDS = 30;
const DIGITS = 6;
/** Codes of the step before and after count too: clocks differ. */
const WINDOW = 1;
const SEED_BYTES = 20;
const RECOVERY_CODES = 10;
const RECOVERY_BYTES = 16;
const ISSUER = "Cadastre";
/** Crockford's: without letters that look like others. */
const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";

export const totpCode = z.string().regex(/^[0-9]{3} ?[0-9]{3}$/, "must be six digits");
export const recoveryCode = z.string().min(20).max(60);

/** A proof as private.use_factor takes it. */
export type Proof =
  | { kind: "password" }
  | { kind: "totp"; step: number }
  | { kind: "recovery"; hash: string }
  | { kind: "passkey"; credentialId: string; counter: number; challengeHash?: string };

export const noProof = (): AppError =>
  new AppError("AC063", "this proof does not count", {
    hint: "Check it and try again: codes count once and for half a minute. After a few tries sign in from the beginning.",
  });

const purposeOf = (userId: string): string => `totp:${userId}`;

function totp(seed: string, label: string): TOTP {
  return new TOTP({
    issuer: ISSUER,
    label,
    secret: Secret.fromBase32(seed),
    digits: DIGITS,
    period: PERIOD_SECONDS,
  });
}

/** A new seed: what the app is given, and what is stored. */
export function makeSeed(
  secrets: Secrets,
  userId: string,
  email: string,
): { secret: string; uri: string; sealed: string } {
  const secret = new Secret({ buffer: new Uint8Array(randomBytes(SEED_BYTES)).buffer }).base32;
  return { secret, uri: totp(secret, email).toString(), sealed: secrets.seal(purposeOf(userId), secret) };
}

/** The time step that a code belongs to; null for a wrong one. */
export function stepOf(secrets: Secrets, userId: string, sealed: string, code: string): number | null {
  const seed = secrets.open(purposeOf(userId), sealed);
  const now = Date.now();
  const delta = totp(seed, "").validate({ token: code.replace(" ", ""), timestamp: now, window: WINDOW });
  return delta === null ? null : Math.floor(now / 1000 / PERIOD_SECONDS) + delta;
}

/** Ten codes of 128 random bits, for people to write down, and their digests. */
export function makeRecoveryCodes(): { codes: string[]; hashes: Buffer[] } {
  const codes = Array.from({ length: RECOVERY_CODES }, () => {
    let bits = BigInt(`0x${randomBytes(RECOVERY_BYTES).toString("hex")}`);
    let text = "";
    for (let place = 0; place < 26; place++) {
      text += ALPHABET[Number(bits & 31n)];
      bits >>= 5n;
    }
    return text.replace(/(.{6})(.{6})(.{7})/, "$1-$2-$3-");
  });
  return { codes, hashes: codes.map((code) => Buffer.from(hashRecovery(code), "hex")) };
}

export function hashRecovery(code: string): string {
  const plain = code.toLowerCase().replace(/[^a-z0-9]/g, "");
  return createHash("sha256").update(plain).digest("hex");
}
