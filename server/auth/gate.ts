/**
 * The gateway's own functions: what runs before there is an identity (signing in) or apart from one (proving who one
 * is). Each call is one transaction on the gateway's login, and says for the audit trail where it came from.
 */
import type { Request, Response } from "express";
import type pg from "pg";
import type { z } from "zod";
import { inRequest } from "../database.ts";

const MAX_USER_AGENT = 500;

/** Where a request came from. */
export interface Origin {
  requestId: string;
  ip: string;
  userAgent: string;
}

export function originOf(request: Request, response: Response): Origin {
  return {
    requestId: String(response.locals.requestId ?? ""),
    ip: request.ip ?? request.socket.remoteAddress ?? "",
    // PostgreSQL's text has no NUL; node's parser lets none through, so only the length is ours to bound.
    userAgent: (request.headers["user-agent"] ?? "").slice(0, MAX_USER_AGENT),
  };
}

export interface Gate {
  /** Calls `private.<name>(values)` and checks its answer; null answers are for the shape to allow. */
  call<T>(shape: z.ZodType<T>, name: string, values: unknown[], origin: Origin): Promise<T>;
}

export function createGate(pool: pg.Pool): Gate {
  return {
    async call(shape, name, values, origin) {
      const places = values.map((_value, index) => `$${index + 1}`).join(", ");
      const settings = { "cadastre.request_id": origin.requestId, "cadastre.ip": origin.ip };
      const { rows } = await inRequest(pool, settings, (client) =>
        client.query<{ answer: unknown }>(`select private.${name}(${places}) as answer`, values),
      );
      return shape.parse(rows[0]?.answer ?? null);
    },
  };
}
