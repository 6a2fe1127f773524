/**
 * Uploads straight to the object store, where S3_PUBLIC_ENDPOINT says how senders reach it. POST
 * /orgs/:slug/uploads/direct {dataset, size, ...parameters} answers addresses for the parts, which are sent by PUT; POST
 * /orgs/:slug/uploads/direct/complete {token, etags} stores and queues the file as any other. The token is ours, signed:
 * nothing is remembered between the two.
 */
import { createHash } from "node:crypto";
import express, { type RequestHandler, Router } from "express";
import { z } from "zod";
import { AppError } from "../../lib/errors.ts";
import type { Secrets } from "../../lib/secrets.ts";
import { DIRECT_SECONDS } from "../../lib/stores/object/direct.ts";
import type { DirectUploads, ObjectStore } from "../../lib/stores/object/index.ts";
import { fileKey } from "../../lib/stores/object/keys.ts";
import { identityOf } from "../auth/identify.ts";
import { inRequest, settingsFor } from "../database.ts";
import { parseInput } from "./input.ts";
import { submitUpload, type UploadOptions, uploadParameters } from "./upload.ts";

const PURPOSE = "direct-upload";
const HINT = "See docs/reference/uploads.md.";
const MAX_ETAGS = 10_000;
const MAX_BODY = "2mb";

export interface DirectOptions extends UploadOptions {
  secrets: Secrets;
}

const beginShape = uploadParameters.extend({
  dataset: z.string().min(1).max(100),
  size: z.number().int().min(1),
});
const completeShape = z.strictObject({
  token: z.string().min(1).max(20_000),
  etags: z.array(z.string().min(1).max(200)).min(1).max(MAX_ETAGS),
});
const ticketShape = z.object({
  orgId: z.uuid(),
  userId: z.string(),
  key: z.string(),
  uploadId: z.string(),
  size: z.number(),
  expiresAt: z.number(),
  given: z.unknown(),
});
type Ticket = z.infer<typeof ticketShape>;

function offered(store: ObjectStore): DirectUploads {
  if (store.direct) return store.direct;
  throw new AppError("NOT_FOUND", "this installation takes no uploads straight to its store", {
    hint: "Send the file to /orgs/:slug/uploads (resumable) or /orgs/:slug/datasets/:name/files.",
  });
}

function seal(secrets: Secrets, ticket: Ticket): string {
  const text = Buffer.from(JSON.stringify(ticket)).toString("base64url");
  return `${text}.${secrets.sign(PURPOSE, text)}`;
}

function openTicket(secrets: Secrets, token: string, orgId: string, userId: string): Ticket {
  const [text = "", signature] = token.split(".");
  const refused = new AppError("BAD_INPUT", "the token is not one of this upload's", { hint: HINT });
  if (signature !== secrets.sign(PURPOSE, text)) throw refused;
  const ticket = ticketShape.parse(JSON.parse(Buffer.from(text, "base64url").toString("utf8")));
  if (ticket.orgId !== orgId || ticket.userId !== userId) throw refused;
  if (ticket.expiresAt < Date.now())
    throw new AppError("BAD_INPUT", "the upload took too long", { hint: "Begin it anew." });
  return ticket;
}

/** The digest of what was sent: it passed by nobody. */
async function digestOf(store: ObjectStore, key: string): Promise<Buffer> {
  const hash = createHash("sha256");
  for await (const chunk of (await store.open(key)) as AsyncIterable<Buffer>) hash.update(chunk);
  return hash.digest();
}

function begin({ pool, store, organizations, claimKey, maxBytes, secrets }: DirectOptions): RequestHandler<{
  slug: string;
}> {
  return async (request, response) => {
    const direct = offered(store);
    const identity = identityOf(response);
    const organization = await organizations.find(identity, request.params.slug);
    const { dataset, size, ...given } = parseInput(beginShape, request.body, HINT);
    if (size > maxBytes) {
      throw new AppError("TOO_LARGE", `the file is larger than ${maxBytes} bytes`, {
        hint: "Split it, compress it, or raise MAX_UPLOAD_BYTES.",
      });
    }
    const settings = settingsFor(identity, String(response.locals.requestId), claimKey, request.ip);
    await inRequest(pool, settings, (client) =>
      client.query("select ingest.check_upload($1, $2, $3)", [
        dataset,
        given.mode ?? null,
        given.key ?? null,
      ]),
    );
    const key = fileKey(organization.id);
    const { uploadId, partBytes, urls } = await direct.begin(key, size);
    const expiresAt = Date.now() + DIRECT_SECONDS * 1000;
    const token = seal(secrets, {
      orgId: organization.id,
      userId: identity?.userId ?? "",
      key,
      uploadId,
      size,
      expiresAt,
      // As they were given, so that they can be read again.
      given: { ...(request.body as object), size: undefined },
    });
    response.status(201).json({ token, partBytes, urls, expiresAt: new Date(expiresAt).toISOString() });
  };
}

function complete({ pool, store, organizations, claimKey, secrets }: DirectOptions): RequestHandler<{
  slug: string;
}> {
  return async (request, response) => {
    const direct = offered(store);
    const identity = identityOf(response);
    const organization = await organizations.find(identity, request.params.slug);
    const { token, etags } = parseInput(completeShape, request.body, HINT);
    const ticket = openTicket(secrets, token, organization.id, identity?.userId ?? "");
    const {
      dataset: name,
      size: _size,
      ...given
    } = parseInput(beginShape.partial({ size: true }), ticket.given, HINT);
    const settings = settingsFor(identity, String(response.locals.requestId), claimKey, request.ip);
    try {
      // Asked again after a failure behind this point, the parts have been put together already.
      if ((await store.size(ticket.key)) === null) await direct.complete(ticket.key, ticket.uploadId, etags);
    } catch (cause) {
      if (cause instanceof AppError) throw cause;
      throw new AppError("BAD_INPUT", "the parts do not make the file", {
        hint: "Send every part, and give the ETag of each answer in order; then complete again.",
        cause,
      });
    }
    const size = await store.size(ticket.key);
    if (size !== ticket.size) {
      await store.remove(ticket.key);
      throw new AppError("BAD_INPUT", `the file has ${size} bytes, ${ticket.size} were announced`, {
        hint: "Send it again; nothing of it was kept.",
      });
    }
    // Whatever fails from here on leaves the file where it is: completing again goes on.
    const stored = { size, sha256: await digestOf(store, ticket.key) };
    const fileName = given.filename ?? `${name}.csv`;
    const run = await submitUpload(pool, settings, { name, fileName, key: ticket.key, stored, given });
    response.status(202).json({ fileId: run.file_id, runId: run.id, status: run.status });
  };
}

export function directRoutes(options: DirectOptions): Router {
  const router = Router();
  const json = express.json({ limit: MAX_BODY, strict: true });
  router.post("/orgs/:slug/uploads/direct", json, begin(options));
  router.post("/orgs/:slug/uploads/direct/complete", json, complete(options));
  return router;
}
