/**
 * Receiving a file: the body goes straight to the object store while it is measured and digested, then the database
 * registers it and queues its load. What is not received whole leaves nothing behind.
 */
import type { IncomingMessage } from "node:http";
import { PassThrough } from "node:stream";
import type { RequestHandler } from "express";
import type pg from "pg";
import { z } from "zod";
import { AppError } from "../../lib/errors.ts";
import type { ObjectStore, StoredObject } from "../../lib/stores/object/index.ts";
import { fileKey } from "../../lib/stores/object/keys.ts";
import { identityOf } from "../auth/identify.ts";
import { inRequest, type Settings, settingsFor } from "../database.ts";
import type { Organizations } from "../organizations.ts";
import { createTurns, holdWhile } from "../shares.ts";
import { allowBody } from "./continue.ts";
import { parseInput } from "./input.ts";

const MAX_KEY_FIELDS = 16;
const MAX_LINES = 10_000;
/** Files that are being received, in all and of one organization; more of them wait with their bodies unread. */
const MAX_RECEIVING = 500;
const MAX_RECEIVING_EACH = 50;
const MAX_WAITING_EACH = 2000;

const flag = z.enum(["0", "1", "true", "false"]).transform((value) => value === "1" || value === "true");
const lines = z.coerce.number().int().min(0).max(MAX_LINES);
/** `none` stands for "no quoting" and "no escape", which the empty text cannot say in an address. */
const mark = z
  .string()
  .max(4)
  .transform((value) => (value === "none" || value === "" ? null : value));

/** Columns of a fixed-width file: `0-5,5-12`. */
const positions = z
  .string()
  .max(20_000)
  .regex(/^\d{1,7}-\d{1,7}(?:,\d{1,7}-\d{1,7})*$/, "write it as 0-5,5-12")
  .transform((value) => value.split(",").map((part) => part.split("-").map(Number) as [number, number]));

/** Parameters of an upload, in its address or its metadata. */
export const uploadParameters = z.strictObject({
  mode: z.enum(["upsert", "snapshot", "append"]).optional(),
  key: z
    .string()
    .max(MAX_KEY_FIELDS * 1001)
    .transform((value) =>
      value
        .split(",")
        .map((name) => name.trim())
        .filter(Boolean),
    )
    .optional(),
  filename: z.string().min(1).max(500).optional(),
  force: flag.optional(),
  // How the file is to be read, where detection is not wanted.
  format: z.enum(["csv", "ndjson", "json", "xml", "parquet", "xlsx", "fixed"]).optional(),
  entry: z.string().min(1).max(500).optional(),
  records: z.string().min(1).max(500).optional(),
  element: z.string().min(1).max(500).optional(),
  sheet: z.string().min(1).max(200).optional(),
  positions: positions.optional(),
  locale: z.string().min(2).max(35).optional(),
  decimal: z.enum([".", ","]).optional(),
  dateOrder: z.enum(["dmy", "mdy", "ymd"]).optional(),
  encoding: z.string().min(1).max(40).optional(),
  delimiter: z.string().min(1).max(8).optional(),
  quote: mark.optional(),
  escape: mark.optional(),
  preambleLines: lines.optional(),
  headerLines: lines.optional(),
  footnoteLines: lines.optional(),
  skipInitialSpace: flag.optional(),
  trailingDelimiter: flag.optional(),
  ragged: z.enum(["reject", "repair"]).optional(),
  contract: z.enum(["accept", "review"]).optional(),
});

export interface UploadOptions {
  pool: pg.Pool;
  store: ObjectStore;
  organizations: Organizations;
  claimKey: Buffer;
  maxBytes: number;
}

/** Declared length; null for a chunked body. Errors: AppError LENGTH_REQUIRED, TOO_LARGE, BAD_INPUT. */
function declaredLength(request: IncomingMessage, maxBytes: number): number | null {
  const encoding = request.headers["content-encoding"];
  if (encoding && encoding !== "identity") {
    throw new AppError("BAD_INPUT", `a body with Content-Encoding ${encoding.slice(0, 40)} is not taken`, {
      hint: "Send the file's bytes as they are.",
    });
  }
  const header = request.headers["content-length"];
  if (header === undefined) {
    if (request.headers["transfer-encoding"]) return null;
    throw new AppError("LENGTH_REQUIRED", "the file's length is missing", {
      hint: "Send Content-Length, or Transfer-Encoding: chunked.",
    });
  }
  const length = Number(header);
  if (length > maxBytes) {
    throw new AppError("TOO_LARGE", `the file is larger than ${maxBytes} bytes`, {
      hint: "Split it, compress it, or raise MAX_UPLOAD_BYTES.",
    });
  }
  return length;
}

/** The body apart from its request: a store that gives up must not take the connection, and so the answer, with it. */
function bodyOf(request: IncomingMessage): PassThrough {
  const body = new PassThrough();
  request.once("error", (error) => body.destroy(error));
  request.once("close", () => {
    if (!request.complete) body.destroy(new Error("the connection was closed"));
  });
  body.once("close", () => request.unpipe(body));
  request.pipe(body);
  return body;
}

async function receive(
  request: IncomingMessage,
  { store, maxBytes }: UploadOptions,
  key: string,
  length: number | null,
): Promise<StoredObject> {
  let stored: StoredObject;
  try {
    stored = await store.put(key, bodyOf(request), { maxBytes });
  } catch (error) {
    if (error instanceof AppError || request.complete) throw error;
    throw new AppError("BAD_INPUT", "the body was cut off; nothing of it was kept", {
      hint: "Send it again.",
    });
  }
  if (length === null || stored.size === length) return stored;
  await store.remove(key);
  throw new AppError("BAD_INPUT", `the body has ${stored.size} bytes, Content-Length says ${length}`, {
    hint: "Send it again; nothing of it was kept.",
  });
}

export interface Submission {
  name: string;
  fileName: string;
  key: string;
  stored: StoredObject;
  given: z.infer<typeof uploadParameters>;
}

/** Registers a stored file and queues its load. Errors: those of ingest.submit_file. */
export async function submitUpload(pool: pg.Pool, settings: Settings, wanted: Submission) {
  const { mode, key, filename: _name, force, ragged, contract, ...dialect } = wanted.given;
  const options = {
    ...(Object.keys(dialect).length > 0 ? { dialect } : {}),
    ...(ragged ? { ragged } : {}),
    ...(contract ? { contract } : {}),
  };
  const { rows } = await inRequest(pool, settings, (client) =>
    client.query<{ id: string; file_id: string; status: string }>(
      "select id, file_id, status from ingest.submit_file($1, $2, $3, $4, $5, $6, $7, $8, $9)",
      [
        wanted.name,
        wanted.fileName,
        wanted.key,
        wanted.stored.size,
        wanted.stored.sha256,
        mode ?? null,
        key ?? null,
        JSON.stringify(options),
        force ?? false,
      ],
    ),
  );
  return rows[0]!;
}

/** POST /orgs/:slug/datasets/:name/files -> 202 {fileId, runId, status}. */
export function uploadHandler(options: UploadOptions): RequestHandler<{ slug: string; name: string }> {
  const receiving = createTurns({
    total: MAX_RECEIVING,
    each: MAX_RECEIVING_EACH,
    waiting: MAX_WAITING_EACH,
  });
  return async (request, response) => {
    const identity = identityOf(response);
    const organization = await options.organizations.find(identity, request.params.slug);
    const turn = receiving.enter(organization.id);
    if (turn === null) {
      throw new AppError("TOO_MANY", `${MAX_WAITING_EACH} files of your organization wait to be received`, {
        hint: "Wait until some are here; a client that sends a few at a time is as fast.",
      });
    }
    holdWhile(response, await turn);
    const given = parseInput(
      uploadParameters,
      request.query,
      "See docs/reference/uploads.md for the parameters.",
    );
    const length = declaredLength(request, options.maxBytes);
    const settings = settingsFor(identity, String(response.locals.requestId), options.claimKey, request.ip);
    const { name } = request.params;
    // All that would refuse the file afterwards is asked before its first byte.
    await inRequest(options.pool, settings, (client) =>
      client.query("select ingest.check_upload($1, $2, $3)", [name, given.mode ?? null, given.key ?? null]),
    );
    allowBody(request, response);
    const key = fileKey(organization.id);
    const stored = await receive(request, options, key, length);
    try {
      const fileName = given.filename ?? `${name}.${given.format ?? "csv"}`;
      const run = await submitUpload(options.pool, settings, { name, fileName, key, stored, given });
      response.status(202).json({ fileId: run.file_id, runId: run.id, status: run.status });
    } catch (error) {
      await options.store.remove(key);
      throw error;
    }
  };
}
