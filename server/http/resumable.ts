/**
 * Uploads that go on where they broke off, by the tus protocol 1.0 (https://tus.io): POST /orgs/:slug/uploads with
 * Upload-Length and Upload-Metadata (dataset, filename and the parameters of a plain upload), then PATCH, HEAD and DELETE
 * at the address that is answered. Once the last byte is there the file is stored and queued as any other, and the answer
 * tells the run (X-Run-Id, X-File-Id).
 */
import { randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import type { IncomingMessage } from "node:http";
import path from "node:path";
import type { Upload } from "@tus/server";
import { Server } from "@tus/server";
import { type Request, type RequestHandler, type Response, Router } from "express";
import { AppError } from "../../lib/errors.ts";
import { fileKey } from "../../lib/stores/object/keys.ts";
import { identityOf } from "../auth/identify.ts";
import { inRequest, type Settings, settingsFor } from "../database.ts";
import { internalError, publicError, statusOf } from "../errors.ts";
import { PartStore } from "../uploads/part-store.ts";
import { parseInput } from "./input.ts";
import { submitUpload, type UploadOptions, uploadParameters } from "./upload.ts";

const SWEEP_MS = 3_600_000;
const HINT = "See docs/reference/uploads.md for the fields of Upload-Metadata.";

interface Asking {
  orgId: string;
  userId: string | null;
  settings: Settings;
  slug: string;
}

export interface ResumableOptions extends UploadOptions {
  home: string;
}

const fieldsShape = uploadParameters.extend({
  dataset: uploadParameters.shape.filename.unwrap(),
});

/** The upload's own fields; `by` is ours. */
function fieldsOf(upload: Upload) {
  const { by: _by, ...given } = upload.metadata ?? {};
  return parseInput(fieldsShape, given, HINT);
}

export function resumableRoutes(options: ResumableOptions): { routes: Router; stop(): void } {
  const parts = new PartStore(path.join(options.home, "uploads"));
  const asking = new WeakMap<IncomingMessage, Asking>();
  const askedBy = (request: unknown): Asking => {
    const node = (request as { runtime?: { node?: { req: IncomingMessage } } }).runtime?.node?.req;
    const found = node && asking.get(node);
    if (!found) throw new Error("a tus request without an Express request");
    return found;
  };
  const finish = async (who: Asking, upload: Upload) => {
    const { dataset: name, ...given } = fieldsOf(upload);
    const key = fileKey(who.orgId);
    const body = createReadStream(parts.pathOf(upload.id));
    const stored = await options.store.put(key, body, { maxBytes: options.maxBytes });
    try {
      return await submitUpload(options.pool, who.settings, {
        name,
        fileName: given.filename ?? `${name}.csv`,
        key,
        stored,
        given,
      });
    } catch (error) {
      await options.store.remove(key);
      throw error;
    }
  };
  const server = new Server({
    path: "/orgs",
    datastore: parts,
    maxSize: options.maxBytes,
    relativeLocation: true,
    // Which origins may read answers is decided before (cors.ts).
    allowedOrigins: () => false,
    exposedHeaders: ["X-Run-Id", "X-File-Id"],
    namingFunction: (request) => `${askedBy(request).orgId}.${randomUUID()}`,
    generateUrl: (request, { id }) => `/orgs/${askedBy(request).slug}/uploads/${id}`,
    async onIncomingRequest(request, id) {
      const who = askedBy(request);
      const isOwn = id.startsWith(`${who.orgId}.`);
      const known = request.method === "POST" ? null : await parts.getUpload(id);
      if (!isOwn || (known && known.metadata?.by !== who.userId)) throw notThere();
    },
    async onUploadCreate(request, upload) {
      const who = askedBy(request);
      const { dataset, mode, key } = fieldsOf(upload);
      // All that would refuse the file afterwards is asked before its first byte.
      await inRequest(options.pool, who.settings, (client) =>
        client.query("select ingest.check_upload($1, $2, $3)", [dataset, mode ?? null, key ?? null]),
      );
      return { metadata: { ...upload.metadata, by: who.userId } };
    },
    async onUploadFinish(request, upload) {
      try {
        const run = await finish(askedBy(request), upload);
        await parts.remove(upload.id);
        return { headers: { "X-Run-Id": run.id, "X-File-Id": run.file_id } };
      } catch (error) {
        await parts.reopen(upload.id);
        throw error;
      }
    },
    onResponseError(_request, error) {
      if (!(error instanceof Error)) return undefined;
      const told = publicError(error) ?? internalError(randomUUID());
      return { status_code: statusOf(told.code), body: JSON.stringify({ error: told }) };
    },
  });
  const handle: RequestHandler<{ slug: string }> = async (request, response) => {
    await ask(options, asking, request, response);
    await server.handle(request, response);
  };
  const routes = Router();
  routes.all("/orgs/:slug/uploads", handle);
  routes.all("/orgs/:slug/uploads/:id", handle);
  const timer = setInterval(() => void parts.deleteExpired().catch(() => undefined), SWEEP_MS);
  return { routes, stop: () => clearInterval(timer) };
}

const notThere = (): AppError =>
  new AppError("NOT_FOUND", "there is no such upload", { hint: "Begin it anew; it may have expired." });

async function ask(
  options: ResumableOptions,
  asking: WeakMap<IncomingMessage, Asking>,
  request: Request<{ slug: string }>,
  response: Response,
): Promise<void> {
  const identity = identityOf(response);
  const organization = await options.organizations.find(identity, request.params.slug);
  asking.set(request, {
    orgId: organization.id,
    userId: identity?.userId ?? null,
    settings: settingsFor(identity, String(response.locals.requestId), options.claimKey, request.ip),
    slug: organization.slug,
  });
}
