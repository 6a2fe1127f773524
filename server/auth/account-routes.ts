/**
 * One's own account: what it is, proving again who one is, password, e-mail address. Asked with the access token of a
 * session, also of one that is pending; each function of PostgreSQL asks whether that session still counts.
 */
import { type Response, Router } from "express";
import { z } from "zod";
import { AppError } from "../../lib/errors.ts";
import { checkNewPassword, hashPassword } from "../../lib/passwords.ts";
import { parseInput } from "../http/input.ts";
import { factorBody, tryChallenge, verifyFactor } from "./challenges.ts";
import type { AuthParts } from "./context.ts";
import { noProof, type Proof } from "./factors.ts";
import { type Origin, originOf } from "./gate.ts";
import { identityOf } from "./identify.ts";
import { digestOf, MAX_SECRET_LENGTH, newSecret } from "./opaque.ts";
import { MAX_PASSWORD_LENGTH } from "./passwords.ts";
import { JSON_HINT } from "./routes.ts";
import type { Identity } from "./tokens.ts";
import { assertionOptions, passkeysOf } from "./webauthn.ts";

export const accountShape = z.looseObject({
  user: z.object({
    id: z.uuid(),
    email: z.string(),
    displayName: z.string(),
    emailVerified: z.boolean(),
    locale: z.string(),
  }),
  hasPassword: z.boolean(),
  totp: z.boolean(),
  proofs: z.array(z.string()),
});

const email = z.string().min(3).max(254);
const password = z.string().min(1).max(MAX_PASSWORD_LENGTH);
export const linkToken = z.string().min(20).max(MAX_SECRET_LENGTH);
const proveBody = z.union([
  z.object({ password }),
  z.object({ proof: factorBody, challenge: z.string().max(MAX_SECRET_LENGTH).optional() }),
]);
const changeBody = z.object({ current: password.optional(), password });
const forgotBody = z.object({ email });
const resetBody = z.object({ token: linkToken, password });
const emailBody = z.object({ email: email.regex(/^[^\s@]+@[^\s@]+$/, "must be an e-mail address") });
const tokenBody = z.object({ token: linkToken });

const lookShape = z.object({
  email: z.string(),
  displayName: z.string().optional(),
  org: z.string().optional(),
  orgSlug: z.string().optional(),
  role: z.string().optional(),
  hasPassword: z.boolean(),
});

/** The session whose access token came along. Errors: AppError UNAUTHENTICATED. */
export function sessionOf(response: Response): Identity {
  const identity = identityOf(response);
  if (identity && identity.kind !== "key") return identity;
  throw new AppError("UNAUTHENTICATED", "this needs a signed-in person", {
    hint: "Sign in at POST /auth/login and send the access token as `Authorization: Bearer <token>`.",
  });
}

/** What a mailed link is about. Errors: AC062. */
export function lookAtLink(parts: AuthParts, token: string, purpose: string, origin: Origin) {
  return parts.gate.call(lookShape, "look_mail_token", [digestOf(token), purpose], origin);
}

const done = z.boolean();

function accountOf(parts: AuthParts, response: Response, origin: Origin) {
  return parts.gate.call(accountShape, "account_view", [sessionOf(response).sessionId], origin);
}

/** Checks a password as a proof of a session's person. Errors: AppError AC063, TOO_MANY. */
async function provePassword(
  parts: AuthParts,
  person: { id: string; email: string },
  given: string,
  origin: Origin,
): Promise<Proof> {
  await parts.limits.spend("factor", person.id);
  if ((await parts.accounts.checkPassword(person.email, given, origin)) !== person.id) {
    await parts.gate.call(done, "factor_refused", [person.id, "password"], origin);
    throw noProof();
  }
  await parts.limits.refund("factor", person.id);
  return { kind: "password" };
}

/** What the account is, and proving again whose it is. */
export function proveRoutes(parts: AuthParts): Router {
  const { gate } = parts;
  const router = Router();

  router.get("/auth/me", async (request, response) => {
    response
      .set("Cache-Control", "no-store")
      .json(await accountOf(parts, response, originOf(request, response)));
  });

  router.post("/auth/reauthenticate/options", async (request, response) => {
    const { userId, sessionId } = sessionOf(response);
    const origin = originOf(request, response);
    await accountOf(parts, response, origin);
    const challenge = newSecret();
    const options = await assertionOptions(parts, request, await passkeysOf(parts, userId, origin));
    const detail = JSON.stringify({ challenge: options.challenge });
    await gate.call(
      done,
      "add_challenge",
      [digestOf(challenge), "passkey_prove", userId, sessionId, detail],
      origin,
    );
    response.set("Cache-Control", "no-store").json({ challenge, options });
  });

  router.post("/auth/reauthenticate", async (request, response) => {
    const body = parseInput(proveBody, request.body, JSON_HINT);
    const { userId, sessionId } = sessionOf(response);
    const origin = originOf(request, response);
    const account = await accountOf(parts, response, origin);
    let proof: Proof;
    if ("password" in body) {
      proof = await provePassword(parts, account.user, body.password, origin);
    } else {
      const challenge = body.challenge ?? "";
      const tried =
        body.proof.kind === "passkey" ? await tryChallenge(parts, challenge, "passkey_prove", origin) : null;
      const sealedSeed = await gate.call(z.string().nullable(), "totp_seed", [sessionId, true], origin);
      const webauthn = tried?.sessionId === sessionId ? (tried.detail.challenge ?? null) : null;
      proof = await verifyFactor(parts, request, { userId, sealedSeed, webauthn }, body.proof, origin);
      if (proof.kind === "passkey") proof.challengeHash = digestOf(challenge).toString("hex");
    }
    if (!(await gate.call(done, "prove_again", [sessionId, JSON.stringify(proof)], origin))) throw noProof();
    response.set("Cache-Control", "no-store").json(await accountOf(parts, response, origin));
  });
  return router;
}

/** Changing a password, and getting a new one by a mailed link. */
export function passwordRoutes(parts: AuthParts): Router {
  const { gate, limits, passwords } = parts;
  const router = Router();

  router.post("/auth/password/change", async (request, response) => {
    const { current, password: wanted } = parseInput(changeBody, request.body, JSON_HINT);
    const { sessionId } = sessionOf(response);
    const origin = originOf(request, response);
    const { user } = await accountOf(parts, response, origin);
    await checkNewPassword(wanted, user);
    if (current !== undefined) {
      const proof = await provePassword(parts, user, current, origin);
      await gate.call(done, "prove_again", [sessionId, JSON.stringify(proof)], origin);
    }
    const fresh = await passwords.limited(() => hashPassword(wanted));
    await gate.call(done, "change_password", [sessionId, fresh], origin);
    response.status(204).end();
  });

  router.post("/auth/password/forgot", async (request, response) => {
    const { email: address } = parseInput(forgotBody, request.body, JSON_HINT);
    await limits.spend("mail_from", request.ip ?? "");
    await limits.spend("mail_to", address.toLowerCase());
    const origin = originOf(request, response);
    // Answered before it is looked up: how long that takes tells nothing.
    response.status(202).json({ accepted: true });
    gate.call(done, "start_recovery", [address], origin).catch((error: unknown) => {
      parts.log.warn({ request_id: origin.requestId, err: String(error) }, "a recovery could not be started");
    });
  });

  router.post("/auth/password/reset", async (request, response) => {
    const { token, password: wanted } = parseInput(resetBody, request.body, JSON_HINT);
    await limits.spend("token", request.ip ?? "");
    const origin = originOf(request, response);
    await checkNewPassword(wanted, await lookAtLink(parts, token, "recovery", origin));
    const fresh = await passwords.limited(() => hashPassword(wanted));
    await gate.call(done, "reset_password", [digestOf(token), fresh], origin);
    await limits.refund("token", request.ip ?? "");
    response.status(204).end();
  });
  return router;
}

/** Proving and changing the e-mail address. */
export function emailRoutes(parts: AuthParts): Router {
  const { gate, limits } = parts;
  const router = Router();

  router.post("/auth/email/verify", async (request, response) => {
    const { sessionId, userId } = sessionOf(response);
    await limits.spend("mail_to", userId);
    await gate.call(done, "send_verification", [sessionId], originOf(request, response));
    response.status(202).json({ accepted: true });
  });

  router.post("/auth/email/change", async (request, response) => {
    const { email: wanted } = parseInput(emailBody, request.body, JSON_HINT);
    const { sessionId, userId } = sessionOf(response);
    await limits.spend("mail_to", userId);
    await gate.call(done, "start_email_change", [sessionId, wanted], originOf(request, response));
    response.status(202).json({ accepted: true });
  });

  router.post("/auth/email/confirm", async (request, response) => {
    const { token } = parseInput(tokenBody, request.body, JSON_HINT);
    await limits.spend("token", request.ip ?? "");
    const answer = z.record(z.string(), z.literal(true));
    const state = await gate.call(answer, "confirm_email", [digestOf(token)], originOf(request, response));
    await limits.refund("token", request.ip ?? "");
    response.set("Cache-Control", "no-store").json(state);
  });
  return router;
}
