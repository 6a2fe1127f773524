/** Asks functions of the gateway's own for a person of the organization in the address; one row is the answer. */
import type { Request, Response } from "express";
import type pg from "pg";
import type { AuthParts } from "../auth/context.ts";
import { identityOf } from "../auth/identify.ts";
import { asGateway, inRequest, settingsFor } from "../database.ts";
import type { Organizations } from "../organizations.ts";

/** Errors: those of the function, and NOT_FOUND where the organization is not the person's. */
export function gatewayQuestion({ pool, claimKey }: AuthParts, organizations: Organizations) {
  return async <R extends pg.QueryResultRow>(
    request: Request<{ slug: string }>,
    response: Response,
    text: string,
    values: unknown[],
  ): Promise<R> => {
    const identity = identityOf(response);
    await organizations.find(identity, request.params.slug);
    const requestId = String(response.locals.requestId ?? "");
    const settings = asGateway(settingsFor(identity, requestId, claimKey, request.ip ?? ""));
    const { rows } = await inRequest(pool, settings, (client) => client.query<R>(text, values));
    return rows[0]!;
  };
}
