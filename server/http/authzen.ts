/**
 * The AuthZEN Authorization API 1.0: POST /access/v1/evaluation and /access/v1/evaluations, and where they are told,
 * /.well-known/authzen-configuration. Who decides is the database (access.evaluate), by the caller's own organization.
 */
import express, { type RequestHandler, Router } from "express";
import type pg from "pg";
import { z } from "zod";
import { AppError, isPgError } from "../../lib/errors.ts";
import { identityOf } from "../auth/identify.ts";
import { inRequest, settingsFor } from "../database.ts";
import { parseInput } from "./input.ts";

const MAX_BODY = "256kb";
const MAX_EVALUATIONS = 100;
const HINT = "Send the request of the AuthZEN Authorization API 1.0: subject, action, resource, context.";

const name = z.string().min(1).max(200);
const properties = z.record(z.string(), z.unknown());
const subject = z.looseObject({ type: name, id: name, properties: properties.optional() });
const action = z.looseObject({ name, properties: properties.optional() });
const resource = z.looseObject({ type: name, id: name, properties: properties.optional() });
const question = z.looseObject({ subject, action, resource, context: properties.optional() });
const batch = z.looseObject({
  subject: subject.optional(),
  action: action.optional(),
  resource: resource.optional(),
  context: properties.optional(),
  evaluations: z.array(properties).max(MAX_EVALUATIONS).optional(),
  options: z
    .looseObject({
      evaluations_semantic: z
        .enum(["execute_all", "deny_on_first_deny", "permit_on_first_permit"])
        .default("execute_all"),
    })
    .default({ evaluations_semantic: "execute_all" }),
});

interface Decision {
  decision: boolean;
  context?: Record<string, unknown>;
}

async function decide(client: pg.ClientBase, asked: z.infer<typeof question>): Promise<Decision> {
  const { rows } = await client.query<{ answer: Decision }>(
    "select access.evaluate($1, $2, $3, $4) as answer",
    [asked.subject, asked.action, asked.resource, asked.context ?? null].map((part) => JSON.stringify(part)),
  );
  return rows[0]!.answer;
}

/** One of many that is wrong is answered by itself: denied, and why. */
async function decideOne(client: pg.ClientBase, asked: unknown): Promise<Decision> {
  const parsed = question.safeParse(asked);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    const message = `${issue.path.join(".")}: ${issue.message}`;
    return { decision: false, context: { error: { status: 400, message } } };
  }
  await client.query("savepoint evaluation");
  try {
    return await decide(client, parsed.data);
  } catch (error) {
    if (!isPgError(error) || error.code !== "AC045") throw error;
    await client.query("rollback to savepoint evaluation");
    return { decision: false, context: { error: { status: 400, message: error.message } } };
  }
}

async function decideAll(client: pg.ClientBase, asked: z.infer<typeof batch>): Promise<Decision[]> {
  const semantic = asked.options.evaluations_semantic;
  const { subject, action, resource, context } = asked;
  const decisions: Decision[] = [];
  for (const one of asked.evaluations ?? []) {
    const decision = await decideOne(client, { subject, action, resource, context, ...one });
    decisions.push(decision);
    if (semantic === "deny_on_first_deny" && !decision.decision) break;
    if (semantic === "permit_on_first_permit" && decision.decision) break;
  }
  return decisions;
}

export interface AuthzenOptions {
  pool: pg.Pool;
  claimKey: Buffer;
  /** The installation's own address. */
  address(): string;
}

/** Needs the bearer's identity in `response.locals`. */
export function authzenRoutes({ pool, claimKey, address }: AuthzenOptions): Router {
  const router = Router();
  const body = express.json({ limit: MAX_BODY });
  const answer =
    <T>(
      shape: z.ZodType<T>,
      decideIt: (client: pg.ClientBase, asked: T) => Promise<unknown>,
    ): RequestHandler =>
    async (request, response) => {
      const identity = identityOf(response);
      if (!identity) {
        throw new AppError("UNAUTHENTICATED", "an access evaluation needs a token", {
          hint: "Send `Authorization: Bearer <accessToken>`.",
        });
      }
      const asked = parseInput(shape, request.body ?? null, HINT);
      const settings = settingsFor(identity, String(response.locals.requestId), claimKey, request.ip);
      const told = await inRequest(pool, settings, (client) => decideIt(client, asked));
      response.set("Cache-Control", "no-store").json(told);
    };
  router.post("/access/v1/evaluation", body, answer(question, decide));
  router.post(
    "/access/v1/evaluations",
    body,
    answer(batch, async (client, asked) => {
      // Without a list it is the question that its defaults make.
      if (!asked.evaluations?.length) return decide(client, parseInput(question, asked, HINT));
      return { evaluations: await decideAll(client, asked) };
    }),
  );
  router.get("/.well-known/authzen-configuration", (_request, response) => {
    response.set("Cache-Control", "public, max-age=3600").json({
      policy_decision_point: address(),
      access_evaluation_endpoint: `${address()}/access/v1/evaluation`,
      access_evaluations_endpoint: `${address()}/access/v1/evaluations`,
    });
  });
  return router;
}
