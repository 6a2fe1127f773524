/** Checkpoints: signed heads of an organization's tree, and where the object store keeps them. */
import { Readable } from "node:stream";
import { CompactSign, compactVerify, createLocalJWKSet, type JWK } from "jose";
import { z } from "zod";
import { AppError } from "../errors.ts";
import type { ObjectStore } from "../stores/object/index.ts";
import type { AuditKeys } from "./keys.ts";
import { sha256 } from "./merkle.ts";

const TYPE = "cadastre-checkpoint";
const MAX_JWS = 4000;
const DIGITS = 16;

const hex = z.string().regex(/^[0-9a-f]{64}$/);
const payloadShape = z.object({
  v: z.literal(1),
  org: z.uuid(),
  size: z.int().positive(),
  /** Root of the tree. */
  root: hex,
  /** sha256 of the checkpoint before, as it was signed. */
  previous: hex.nullable(),
  at: z.iso.datetime(),
});
export type Checkpoint = z.infer<typeof payloadShape>;

/** Errors: AppError CONFIG where there is only the public key. */
export async function signCheckpoint(keys: AuditKeys, checkpoint: Checkpoint): Promise<string> {
  if (!keys.privateKey) {
    throw new AppError("CONFIG", "the audit key's private part is not here", {
      hint: "Seal where AUDIT_KEYS_FILE, or audit-keys.json of the home folder, has it.",
    });
  }
  return new CompactSign(Buffer.from(JSON.stringify(checkpoint)))
    .setProtectedHeader({ alg: "EdDSA", kid: keys.kid, typ: TYPE })
    .sign(keys.privateKey);
}

/** Reads checkpoints that one of these keys has signed; the reader gives null for any other. */
export function checkpointReader(jwks: { keys: JWK[] }): (jws: string) => Promise<Checkpoint | null> {
  const keySet = createLocalJWKSet(jwks);
  return async (jws) => {
    if (jws.length > MAX_JWS) return null;
    try {
      const { payload, protectedHeader } = await compactVerify(jws, keySet, { algorithms: ["EdDSA"] });
      if (protectedHeader.typ !== TYPE) return null;
      return payloadShape.parse(JSON.parse(Buffer.from(payload).toString("utf8")));
    } catch {
      return null;
    }
  };
}

export const checkpointHash = (jws: string): string => sha256(jws).toString("hex");

const keyOf = (orgId: string, name: string): string => `org/${orgId}/audit/${name}.jws`;
const nameOf = (size: number): string => String(size).padStart(DIGITS, "0");

async function read(store: ObjectStore, key: string): Promise<string | null> {
  const size = await store.size(key);
  if (size === null || size > MAX_JWS) return null;
  const parts: Buffer[] = [];
  for await (const part of await store.open(key)) parts.push(part as Buffer);
  return Buffer.concat(parts).toString("utf8");
}

/** A stored checkpoint by the size of its tree; null where there is none. */
export const storedCheckpoint = (store: ObjectStore, orgId: string, size: number): Promise<string | null> =>
  read(store, keyOf(orgId, nameOf(size)));

/** The last one stored. */
export const latestCheckpoint = (store: ObjectStore, orgId: string): Promise<string | null> =>
  read(store, keyOf(orgId, "latest"));

/** The size that a checkpoint claims, whoever signed it. */
export function claimedSize(jws: string): number {
  try {
    const body = JSON.parse(Buffer.from(jws.split(".")[1] ?? "", "base64url").toString("utf8"));
    return payloadShape.parse(body).size;
  } catch {
    return 0;
  }
}

/**
 * Stores a checkpoint under its size and as the last one. What is there is never replaced by something else: two
 * checkpoints of one size, or a last one beyond this, mean that the database is not the one that was sealed. Errors:
 * AppError AUDIT_FORK.
 */
export async function storeCheckpoint(
  store: ObjectStore,
  orgId: string,
  size: number,
  jws: string,
): Promise<void> {
  const there = await storedCheckpoint(store, orgId, size);
  const latest = await latestCheckpoint(store, orgId);
  if (
    (there !== null && there !== jws) ||
    (latest !== null && claimedSize(latest) > size && there === null)
  ) {
    throw new AppError(
      "AUDIT_FORK",
      `the object store has another audit checkpoint than the database, at ${size}`,
      {
        hint: "The database was set back or rewritten. Find out where: cadastre audit verify --org <slug>.",
      },
    );
  }
  const put = (name: string) =>
    store.put(keyOf(orgId, name), Readable.from([Buffer.from(jws)]), { maxBytes: MAX_JWS });
  if (there === null) await put(nameOf(size));
  if (latest === null || claimedSize(latest) < size) await put("latest");
}
