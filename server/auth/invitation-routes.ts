/** Using the link of an invitation. Inviting itself is access.invite, for every road. */
import { Router } from "express";
import { z } from "zod";
import { checkNewPassword, hashPassword } from "../../lib/passwords.ts";
import { parseInput } from "../http/input.ts";
import { linkToken, lookAtLink } from "./account-routes.ts";
import type { AuthParts } from "./context.ts";
import { originOf } from "./gate.ts";
import { digestOf } from "./opaque.ts";
import { MAX_PASSWORD_LENGTH } from "./passwords.ts";
import { JSON_HINT } from "./routes.ts";

const lookBody = z.object({ token: linkToken });
const acceptBody = z.object({
  token: linkToken,
  password: z.string().min(1).max(MAX_PASSWORD_LENGTH).optional(),
  displayName: z.string().trim().max(200).optional(),
});
const acceptedShape = z.object({ userId: z.uuid(), created: z.boolean(), orgSlug: z.string() });

export function invitationRoutes(parts: AuthParts): Router {
  const { gate, limits, sessions, answers, passwords } = parts;
  const router = Router();

  router.post("/auth/invitations/look", async (request, response) => {
    const { token } = parseInput(lookBody, request.body, JSON_HINT);
    await limits.spend("token", request.ip ?? "");
    const about = await lookAtLink(parts, token, "invitation", originOf(request, response));
    await limits.refund("token", request.ip ?? "");
    response.set("Cache-Control", "no-store").json(about);
  });

  router.post("/auth/invitations/accept", async (request, response) => {
    const { token, password, displayName } = parseInput(acceptBody, request.body, JSON_HINT);
    await limits.spend("token", request.ip ?? "");
    const origin = originOf(request, response);
    let fresh: string | null = null;
    if (password !== undefined) {
      const about = await lookAtLink(parts, token, "invitation", origin);
      await checkNewPassword(password, {
        email: about.email,
        displayName: displayName ?? null,
        org: about.org ?? null,
      });
      fresh = await passwords.limited(() => hashPassword(password));
    }
    const values = [digestOf(token), displayName ?? null, fresh];
    const accepted = await gate.call(acceptedShape, "accept_invitation", values, origin);
    await limits.refund("token", request.ip ?? "");
    const { userId, orgSlug, created } = accepted;
    if (created) {
      const outcome = await sessions.signIn({ userId, org: orgSlug, method: "invitation" }, origin);
      if (outcome.kind !== "refused") {
        await answers.outcome(response, outcome);
        return;
      }
    }
    // An account that was there signs in as it always does, second factor and all.
    response.set("Cache-Control", "no-store").json({ accepted: true, org: orgSlug, signIn: true });
  });
  return router;
}
