/**
 * The steps of a sign-in after its first proof (POST /auth/choose, /auth/factor), and signing in by passkey alone
 * (POST /auth/passkey).
 */
import { type Request, type Response, Router } from "express";
import { z } from "zod";
import { AppError } from "../../lib/errors.ts";
import { parseInput } from "../http/input.ts";
import { challengeToken, factorBody, tryChallenge, verifyFactor } from "./challenges.ts";
import type { AuthParts } from "./context.ts";
import { noProof, type Proof } from "./factors.ts";
import { originOf } from "./gate.ts";
import { digestOf, newSecret } from "./opaque.ts";
import { JSON_HINT } from "./routes.ts";
import { assertionBody, assertionOptions, passkeysOf, verifyAssertion } from "./webauthn.ts";

const slug = z.string().min(1).max(40);
const chooseBody = z.object({ challenge: challengeToken, org: slug });
const optionsBody = z.object({ challenge: challengeToken });
const stepBody = z.object({ challenge: challengeToken, proof: factorBody });
const passkeyBody = z.object({ challenge: challengeToken, response: assertionBody, org: slug.nullish() });

export function stepRoutes(parts: AuthParts): Router {
  const { sessions, answers, gate, limits } = parts;
  const router = Router();

  const complete = async (
    request: Request,
    response: Response,
    step: { challenge: string; org: string | null; proof: Proof | null },
  ): Promise<void> => {
    const origin = originOf(request, response);
    const next = newSecret();
    const answer = await gate.call(
      z.unknown(),
      "complete_sign_in",
      [
        digestOf(step.challenge),
        digestOf(next),
        step.org,
        step.proof ? JSON.stringify(step.proof) : null,
        origin.userAgent,
      ],
      origin,
    );
    const outcome = await sessions.outcomeOf(answer, next, origin);
    if (outcome.kind === "refused") throw noProof();
    await answers.outcome(response, outcome);
  };

  router.post("/auth/choose", async (request, response) => {
    const { challenge, org } = parseInput(chooseBody, request.body, JSON_HINT);
    await limits.spend("token", request.ip ?? "");
    await complete(request, response, { challenge, org, proof: null });
    await limits.refund("token", request.ip ?? "");
  });

  router.post("/auth/factor/options", async (request, response) => {
    const { challenge } = parseInput(optionsBody, request.body, JSON_HINT);
    await limits.spend("token", request.ip ?? "");
    const origin = originOf(request, response);
    const { userId } = await tryChallenge(parts, challenge, "sign_in", origin);
    const options = await assertionOptions(parts, request, await passkeysOf(parts, userId!, origin));
    await gate.call(z.boolean(), "set_webauthn", [digestOf(challenge), options.challenge], origin);
    response.set("Cache-Control", "no-store").json({ options });
  });

  router.post("/auth/factor", async (request, response) => {
    const { challenge, proof: body } = parseInput(stepBody, request.body, JSON_HINT);
    await limits.spend("token", request.ip ?? "");
    const origin = originOf(request, response);
    const { userId, sealedSeed, detail } = await tryChallenge(parts, challenge, "sign_in", origin);
    const prover = { userId: userId!, sealedSeed, webauthn: detail.challenge ?? null };
    const proof = await verifyFactor(parts, request, prover, body, origin);
    await complete(request, response, { challenge, org: null, proof });
    await limits.refund("token", request.ip ?? "");
  });

  return router;
}

/** Signing in by passkey alone. */
export function passkeySignInRoutes(parts: AuthParts): Router {
  const { sessions, answers, gate, limits } = parts;
  const router = Router();

  router.post("/auth/passkey/options", async (request, response) => {
    await limits.spend("token", request.ip ?? "");
    const origin = originOf(request, response);
    const challenge = newSecret();
    const options = await assertionOptions(parts, request, null);
    const detail = JSON.stringify({ challenge: options.challenge });
    const values = [digestOf(challenge), "passkey_sign_in", null, null, detail];
    await gate.call(z.boolean(), "add_challenge", values, origin);
    response.set("Cache-Control", "no-store").json({ challenge, options });
  });

  router.post("/auth/passkey", async (request, response) => {
    const { challenge, response: answer, org } = parseInput(passkeyBody, request.body, JSON_HINT);
    await limits.spend("token", request.ip ?? "");
    const origin = originOf(request, response);
    const { detail } = await tryChallenge(parts, challenge, "passkey_sign_in", origin);
    const { proof } = await verifyAssertion(parts, request, answer, detail.challenge ?? "", origin);
    const values = [digestOf(challenge), JSON.stringify(proof)];
    const userId = await gate.call(z.uuid().nullable(), "use_passkey_sign_in", values, origin);
    if (!userId) throw noProof();
    const first = { userId, org: org ?? null, method: "passkey", factor: "passkey" as const };
    const outcome = await sessions.signIn(first, origin);
    if (outcome.kind === "refused") {
      throw new AppError("UNAUTHENTICATED", "you do not belong to that organization", {
        hint: "Leave out the organization, or choose another one.",
      });
    }
    await limits.refund("token", request.ip ?? "");
    await answers.outcome(response, outcome);
  });
  return router;
}
