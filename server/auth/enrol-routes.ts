/** Setting up and removing second factors: authenticator app, passkeys, recovery codes. Each needs a fresh proof. */
import { Router } from "express";
import { z } from "zod";
import { parseInput } from "../http/input.ts";
import { accountShape, sessionOf } from "./account-routes.ts";
import { challengeToken, tryChallenge } from "./challenges.ts";
import type { AuthParts } from "./context.ts";
import { makeRecoveryCodes, makeSeed, noProof, stepOf, totpCode } from "./factors.ts";
import { originOf } from "./gate.ts";
import { digestOf, newSecret } from "./opaque.ts";
import { JSON_HINT } from "./routes.ts";
import { attestationBody, passkeysOf, registrationOptions, verifyRegistration } from "./webauthn.ts";

const confirmBody = z.object({ code: totpCode });
const passkeyBody = z.object({
  challenge: challengeToken,
  response: attestationBody,
  name: z.string().trim().min(1).max(100),
});
const removeBody = z.object({ id: z.uuid() });

const done = z.boolean();

export function totpRoutes(parts: AuthParts): Router {
  const { gate, secrets, limits } = parts;
  const router = Router();

  router.post("/auth/totp/start", async (request, response) => {
    const { sessionId, userId } = sessionOf(response);
    const origin = originOf(request, response);
    const { user } = await gate.call(accountShape, "account_view", [sessionId], origin);
    const { secret, uri, sealed } = makeSeed(secrets, userId, user.email);
    await gate.call(done, "start_totp", [sessionId, sealed], origin);
    response.set("Cache-Control", "no-store").json({ secret, uri });
  });

  router.post("/auth/totp/confirm", async (request, response) => {
    const { code } = parseInput(confirmBody, request.body, JSON_HINT);
    const { sessionId, userId } = sessionOf(response);
    const origin = originOf(request, response);
    await limits.spend("factor", userId);
    const sealed = await gate.call(z.string().nullable(), "totp_seed", [sessionId, false], origin);
    const step = sealed ? stepOf(secrets, userId, sealed, code) : null;
    if (step === null) throw noProof();
    const { codes, hashes } = makeRecoveryCodes();
    const kept = await gate.call(done, "confirm_totp", [sessionId, step, hashes], origin);
    await limits.refund("factor", userId);
    response.set("Cache-Control", "no-store").json({ recoveryCodes: kept ? codes : null });
  });

  router.post("/auth/totp/remove", async (request, response) => {
    const { sessionId } = sessionOf(response);
    await gate.call(done, "remove_factor", [sessionId, "totp"], originOf(request, response));
    response.status(204).end();
  });

  return router;
}

export function passkeyRoutes(parts: AuthParts): Router {
  const { gate } = parts;
  const router = Router();

  router.post("/auth/passkeys/options", async (request, response) => {
    const { sessionId, userId } = sessionOf(response);
    const origin = originOf(request, response);
    const { user } = await gate.call(accountShape, "account_view", [sessionId], origin);
    const options = await registrationOptions(parts, request, user, await passkeysOf(parts, userId, origin));
    const challenge = newSecret();
    const detail = JSON.stringify({ challenge: options.challenge });
    const values = [digestOf(challenge), "passkey_register", userId, sessionId, detail];
    await gate.call(done, "add_challenge", values, origin);
    response.set("Cache-Control", "no-store").json({ challenge, options });
  });

  router.post("/auth/passkeys", async (request, response) => {
    const { challenge, response: answer, name } = parseInput(passkeyBody, request.body, JSON_HINT);
    const { sessionId } = sessionOf(response);
    const origin = originOf(request, response);
    const tried = await tryChallenge(parts, challenge, "passkey_register", origin);
    if (tried.sessionId !== sessionId) throw noProof();
    const passkey = await verifyRegistration(parts, request, answer, tried.detail.challenge ?? "");
    const { codes, hashes } = makeRecoveryCodes();
    const values = [sessionId, digestOf(challenge), JSON.stringify({ ...passkey, name }), hashes];
    const kept = await gate.call(done, "add_passkey", values, origin);
    response.set("Cache-Control", "no-store").json({ recoveryCodes: kept ? codes : null });
  });

  router.post("/auth/passkeys/remove", async (request, response) => {
    const { id } = parseInput(removeBody, request.body, JSON_HINT);
    const { sessionId } = sessionOf(response);
    await gate.call(done, "remove_factor", [sessionId, "passkey", id], originOf(request, response));
    response.status(204).end();
  });

  router.post("/auth/recovery-codes", async (request, response) => {
    const { sessionId } = sessionOf(response);
    const { codes, hashes } = makeRecoveryCodes();
    await gate.call(done, "renew_recovery_codes", [sessionId, hashes], originOf(request, response));
    response.set("Cache-Control", "no-store").json({ recoveryCodes: codes });
  });
  return router;
}
