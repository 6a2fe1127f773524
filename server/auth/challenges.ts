/** Proving something with a factor: the one place that turns what a client sent into a proof that PostgreSQL uses up. */
import type { Request } from "express";
import { z } from "zod";
import type { AuthParts } from "./context.ts";
import { hashRecovery, noProof, type Proof, recoveryCode, stepOf, totpCode } from "./factors.ts";
import type { Origin } from "./gate.ts";
import { digestOf, MAX_SECRET_LENGTH } from "./opaque.ts";
import { assertionBody, verifyAssertion } from "./webauthn.ts";

export const challengeToken = z.string().min(20).max(MAX_SECRET_LENGTH);

export const factorBody = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("totp"), code: totpCode }),
  z.object({ kind: z.literal("recovery"), code: recoveryCode }),
  z.object({ kind: z.literal("passkey"), response: assertionBody }),
]);
export type FactorBody = z.infer<typeof factorBody>;

const triedShape = z
  .object({
    userId: z.uuid().nullable(),
    sessionId: z.uuid().nullable(),
    detail: z.looseObject({ challenge: z.string().optional() }),
    factors: z.array(z.string()),
    sealedSeed: z.string().nullable(),
  })
  .nullable();

/** One try at a challenge. Errors: AppError AC063, the same for unknown, used, expired and tried too often. */
export async function tryChallenge(parts: AuthParts, token: string, purpose: string, origin: Origin) {
  const tried = await parts.gate.call(triedShape, "try_challenge", [digestOf(token), purpose], origin);
  if (!tried) throw noProof();
  return tried;
}

export interface Prover {
  userId: string;
  sealedSeed: string | null;
  /** What a passkey was asked to sign; null: it was not asked. */
  webauthn: string | null;
}

/**
 * Verifies a factor, counted against the person's limit. A wrong one is recorded. Errors: AppError AC063, TOO_MANY.
 */
export async function verifyFactor(
  parts: AuthParts,
  request: Request,
  prover: Prover,
  body: FactorBody,
  origin: Origin,
): Promise<Proof> {
  const { userId } = prover;
  await parts.limits.spend("factor", userId);
  const proof = await proofOf(parts, request, prover, body, origin).catch(() => null);
  if (!proof) {
    await parts.gate.call(z.boolean(), "factor_refused", [userId, body.kind], origin);
    throw noProof();
  }
  await parts.limits.refund("factor", userId);
  return proof;
}

async function proofOf(
  parts: AuthParts,
  request: Request,
  prover: Prover,
  body: FactorBody,
  origin: Origin,
): Promise<Proof | null> {
  if (body.kind === "totp") {
    const step = prover.sealedSeed
      ? stepOf(parts.secrets, prover.userId, prover.sealedSeed, body.code)
      : null;
    return step === null ? null : { kind: "totp", step };
  }
  if (body.kind === "recovery") return { kind: "recovery", hash: hashRecovery(body.code) };
  if (!prover.webauthn) return null;
  const { userId, proof } = await verifyAssertion(parts, request, body.response, prover.webauthn, origin);
  return userId === prover.userId ? proof : null;
}
