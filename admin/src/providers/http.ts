/** Requests with the session's token: renewed and repeated once where the server no longer takes it. */
import { ApiError, readProblem } from "./errors.ts";
import { currentSession, ensureSession, renew } from "./session.ts";

export type Api = "platform" | "organization";

/** The endpoint of a GraphQL API: the platform's, or the signed-in organization's own. */
export function endpoint(api: Api): string {
  return api === "platform" ? "/graphql" : `/orgs/${currentSession()?.org?.slug ?? "-"}/graphql`;
}

async function send(path: string, init: RequestInit, token: string): Promise<Response> {
  const headers = new Headers(init.headers);
  headers.set("authorization", `Bearer ${token}`);
  try {
    return await fetch(path, { ...init, headers, credentials: "same-origin" });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiError(
      {
        code: "UNREACHABLE",
        message: "The server does not answer",
        hint: "Check the connection and try again.",
      },
      503,
    );
  }
}

export async function request(path: string, init: RequestInit = {}): Promise<Response> {
  const first = await send(path, init, (await ensureSession()).accessToken);
  if (first.status !== 401) return first;
  return send(path, init, (await renew()).accessToken);
}

interface Answer<T> {
  data?: T | null;
  errors?: { message: string; path?: (string | number)[]; extensions?: Record<string, unknown> }[];
}

const STATUS_OF: Record<string, number> = { UNAUTHENTICATED: 401, FORBIDDEN: 403, NOT_FOUND: 404 };

/** Runs a GraphQL operation. The first error counts: what is half there is not shown as if it were whole. */
export async function graphql<T>(
  api: Api,
  query: string,
  variables: Record<string, unknown> = {},
  signal?: AbortSignal,
): Promise<T> {
  await ensureSession();
  const response = await request(endpoint(api), {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/graphql-response+json, application/json",
    },
    body: JSON.stringify({ query, variables }),
    ...(signal ? { signal } : {}),
  });
  const body = (await response.json().catch(() => null)) as Answer<T> | null;
  const error = body?.errors?.[0];
  if (error) {
    const problem = readProblem(error, response.statusText);
    throw new ApiError(problem, STATUS_OF[problem.code ?? ""] ?? (response.ok ? 400 : response.status));
  }
  if (!response.ok || !body?.data)
    throw new ApiError(readProblem(body, response.statusText), response.status);
  return body.data;
}
