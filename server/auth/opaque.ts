/** Secrets that a client keeps and the database knows by their digest only: 256 random bits, so a plain hash does. */
import { createHash, randomBytes } from "node:crypto";

const BYTES = 32;
/** Longer than any of ours; what is longer is not looked up. */
export const MAX_SECRET_LENGTH = 100;

export function newSecret(): string {
  return randomBytes(BYTES).toString("base64url");
}

export function digestOf(secret: string): Buffer {
  return createHash("sha256").update(secret).digest();
}
