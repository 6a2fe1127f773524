/**
 * The installation's own key, which is not in PostgreSQL: what must be read again (TOTP seeds, client secrets of
 * identity providers) is encrypted with it, and cookies are signed with keys derived from it. AES-256-GCM; what a
 * value is for and whose it is are bound to it, so a value copied to another row does not open.
 */
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from "node:crypto";
import { link, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { AppError } from "./errors.ts";

const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const VERSION = "v1";

export interface Secrets {
  /** Encrypts; `purpose` names what it is for and whose it is ("totp:<user id>"). */
  seal(purpose: string, text: string): string;
  /** Errors: AppError CONFIG when the value was sealed with another key or for another purpose. */
  open(purpose: string, sealed: string): string;
  /** A keyed digest (base64url) under a key of that purpose's own. */
  sign(purpose: string, text: string): string;
}

export function createSecrets(key: Buffer): Secrets {
  const derive = (use: string): Buffer =>
    Buffer.from(hkdfSync("sha256", key, Buffer.alloc(0), `cadastre ${use}`, KEY_BYTES));
  const sealing = derive("seal");
  return {
    seal(purpose, text) {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv("aes-256-gcm", sealing, iv);
      cipher.setAAD(Buffer.from(purpose));
      const body = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
      return `${VERSION}.${Buffer.concat([iv, cipher.getAuthTag(), body]).toString("base64url")}`;
    },
    open(purpose, sealed) {
      try {
        const [version, data] = sealed.split(".");
        const bytes = Buffer.from(data ?? "", "base64url");
        if (version !== VERSION || bytes.length < IV_BYTES + TAG_BYTES) throw new Error("not a sealed value");
        const tag = bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES);
        const decipher = createDecipheriv("aes-256-gcm", sealing, bytes.subarray(0, IV_BYTES), {
          authTagLength: TAG_BYTES,
        });
        decipher.setAAD(Buffer.from(purpose));
        decipher.setAuthTag(tag);
        return (
          decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES), undefined, "utf8") + decipher.final("utf8")
        );
      } catch (error) {
        throw new AppError("CONFIG", "a stored secret cannot be read with this installation's key", {
          hint: "Bring back secret.key of the home folder, or CADASTRE_SECRET_KEY, as it was.",
          cause: error,
        });
      }
    },
    sign: (purpose, text) =>
      createHmac("sha256", derive(`sign ${purpose}`))
        .update(text)
        .digest("base64url"),
  };
}

/** What a connector's secret is sealed for. */
export const connectorPurpose = (connectorId: string): string => `connector:${connectorId}`;

function parseKey(text: string, where: string): Buffer {
  const key = /^[0-9a-f]{64}$/i.test(text.trim()) ? Buffer.from(text.trim(), "hex") : null;
  if (key) return key;
  throw new AppError("CONFIG", `${where} is not a key`, { hint: "It has 64 hexadecimal digits (256 bits)." });
}

/**
 * The key of CADASTRE_SECRET_KEY, or of `secret.key` in the home folder, which is made where it is missing. Errors:
 * AppError CONFIG.
 */
export async function loadSecrets(config: { home: string; secretKey: string | null }): Promise<Secrets> {
  if (config.secretKey) return createSecrets(parseKey(config.secretKey, "CADASTRE_SECRET_KEY"));
  const file = path.join(config.home, "secret.key");
  const text = await readFile(file, "utf8").catch(() => null);
  if (text !== null) return createSecrets(parseKey(text, file));
  // Two processes may start on a new home at once: the first one's key counts for both.
  await mkdir(config.home, { recursive: true });
  const draft = `${file}.${process.pid}.draft`;
  await writeFile(draft, `${randomBytes(KEY_BYTES).toString("hex")}\n`, { mode: 0o600 });
  await link(draft, file).catch(() => undefined);
  await rm(draft, { force: true });
  return createSecrets(parseKey(await readFile(file, "utf8"), file));
}
