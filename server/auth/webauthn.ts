/** Passkeys: ceremonies by @simplewebauthn; challenges, keys and counters are rows of PostgreSQL. */
import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from "@simplewebauthn/server";
import type { Request } from "express";
import { z } from "zod";
import type { AuthParts } from "./context.ts";
import { noProof, type Proof } from "./factors.ts";
import type { Origin } from "./gate.ts";

const NAME = "Cadastre";
/** EdDSA, ES256, RS256: what authenticators have. */
const ALGORITHMS = [-8, -7, -257];
const b64 = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .regex(/^[A-Za-z0-9_-]+={0,2}$/);

/** What a browser answers; only its outline is checked here, the rest is the library's. */
export const assertionBody = z.object({
  id: b64(1400),
  rawId: b64(1400),
  type: z.literal("public-key"),
  response: z.object({
    clientDataJSON: b64(4000),
    authenticatorData: b64(4000),
    signature: b64(2000),
    userHandle: b64(200).nullish(),
  }),
  clientExtensionResults: z.record(z.string(), z.unknown()).default({}),
  authenticatorAttachment: z.string().max(40).nullish(),
});
export const attestationBody = z.object({
  id: b64(1400),
  rawId: b64(1400),
  type: z.literal("public-key"),
  response: z.object({
    clientDataJSON: b64(4000),
    attestationObject: b64(10_000),
    transports: z.array(z.string().max(20)).max(10).optional(),
  }),
  clientExtensionResults: z.record(z.string(), z.unknown()).default({}),
  authenticatorAttachment: z.string().max(40).nullish(),
});

const listShape = z.array(z.object({ id: z.string(), transports: z.array(z.string()) }));
const keyShape = z
  .object({
    userId: z.uuid(),
    publicKey: z.string(),
    counter: z.number(),
    transports: z.array(z.string()),
  })
  .nullable();

/**
 * Whose passkeys they are: the installation's own address. Without PUBLIC_URL also `localhost`, since browsers know no
 * passkeys for addresses in digits.
 */
function partyOf(request: Request, parts: AuthParts): { rpID: string; expectedOrigin: string } {
  const own = new URL(parts.address());
  const host = request.headers.host ?? "";
  if (!parts.config.publicUrl && /^localhost(:\d+)?$/.test(host)) {
    return { rpID: "localhost", expectedOrigin: `http://${host}` };
  }
  return { rpID: own.hostname, expectedOrigin: own.origin };
}

export async function passkeysOf(parts: AuthParts, userId: string, origin: Origin) {
  return parts.gate.call(listShape, "passkeys_of", [userId], origin);
}

/** Options for navigator.credentials.get; without `allow` any passkey of this address may answer. */
export async function assertionOptions(
  parts: AuthParts,
  request: Request,
  allow: z.infer<typeof listShape> | null,
) {
  return generateAuthenticationOptions({
    rpID: partyOf(request, parts).rpID,
    userVerification: "required",
    ...(allow ? { allowCredentials: allow } : {}),
  });
}

/** A verified answer: whose passkey it is, and the proof to be used up. Errors: AppError AC063. */
export async function verifyAssertion(
  parts: AuthParts,
  request: Request,
  answer: z.infer<typeof assertionBody>,
  challenge: string,
  origin: Origin,
): Promise<{ userId: string; proof: Extract<Proof, { kind: "passkey" }> }> {
  const { rpID, expectedOrigin } = partyOf(request, parts);
  const key = await parts.gate.call(keyShape, "find_passkey", [answer.id], origin);
  if (!key) throw noProof();
  const verified = await verifyAuthenticationResponse({
    response: answer as AuthenticationResponseJSON,
    expectedChallenge: challenge,
    expectedOrigin,
    expectedRPID: rpID,
    requireUserVerification: true,
    credential: {
      id: answer.id,
      publicKey: new Uint8Array(Buffer.from(key.publicKey, "hex")),
      counter: key.counter,
    },
  }).catch(() => null);
  if (!verified?.verified) throw noProof();
  const counter = verified.authenticationInfo.newCounter;
  return { userId: key.userId, proof: { kind: "passkey", credentialId: answer.id, counter } };
}

export async function registrationOptions(
  parts: AuthParts,
  request: Request,
  user: { id: string; email: string; displayName: string },
  present: z.infer<typeof listShape>,
) {
  return generateRegistrationOptions({
    rpName: NAME,
    rpID: partyOf(request, parts).rpID,
    userName: user.email,
    userDisplayName: user.displayName || user.email,
    userID: new TextEncoder().encode(user.id),
    attestationType: "none",
    supportedAlgorithmIDs: ALGORITHMS,
    excludeCredentials: present,
    authenticatorSelection: { residentKey: "preferred", userVerification: "required" },
  });
}

/** A verified registration as private.add_passkey takes it. Errors: AppError AC063. */
export async function verifyRegistration(
  parts: AuthParts,
  request: Request,
  answer: z.infer<typeof attestationBody>,
  challenge: string,
) {
  const { rpID, expectedOrigin } = partyOf(request, parts);
  const verified = await verifyRegistrationResponse({
    response: answer as RegistrationResponseJSON,
    expectedChallenge: challenge,
    expectedOrigin,
    expectedRPID: rpID,
    requireUserVerification: true,
    supportedAlgorithmIDs: ALGORITHMS,
  }).catch(() => null);
  if (!verified?.verified) throw noProof();
  const { credential, credentialBackedUp } = verified.registrationInfo;
  return {
    credentialId: credential.id,
    publicKey: Buffer.from(credential.publicKey).toString("hex"),
    counter: credential.counter,
    transports: credential.transports ?? answer.response.transports ?? [],
    backedUp: credentialBackedUp,
  };
}
