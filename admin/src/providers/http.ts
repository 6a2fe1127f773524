/** Requests with the session's token: renewed and repeated once where the server no longer takes it. */
import { ApiError, readProblem } from "./errors.ts";
import { proven } from "./proof.ts";
import { explained } from "./reasons.ts";
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

/** Codes of a 401 that a new access token may repair; others are about a proof that was sent along. */
const RENEWABLE = new Set(["UNAUTHENTICATED", "AC061"]);

async function attempt<T>(path: string, body: object | undefined, again: boolean): Promise<T> {
  const init = body
    ? { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) }
    : {};
  const session = again ? await renew() : await ensureSession();
  const response = await send(path, init, session.accessToken);
  const answer: unknown = await response.json().catch(() => null);
  if (response.ok) return answer as T;
  const problem = readProblem(answer, response.statusText);
  if (!again && response.status === 401 && RENEWABLE.has(problem.code ?? ""))
    return attempt(path, body, true);
  throw new ApiError(problem, response.status);
}

/** Asks one of the server's JSON addresses with the session's token: POST with a body, else GET. Errors: ApiError. */
export function call<T>(path: string, body?: object): Promise<T> {
  return proven(() => attempt<T>(path, body, false));
}

/** Runs a GraphQL operation; `reason`: why something is changed by hand. The first error counts: what is half there is not shown as if it were whole. */
export function graphql<T>(
  api: Api,
  query: string,
  variables: Record<string, unknown> = {},
  signal?: AbortSignal,
  reason?: string,
): Promise<T> {
  return explained(reason, (why, against) =>
    proven(() => run<T>(api, query, variables, signal, why, against)),
  );
}

async function run<T>(
  api: Api,
  query: string,
  variables: Record<string, unknown>,
  signal?: AbortSignal,
  reason?: string,
  againstRules = false,
): Promise<T> {
  await ensureSession();
  const response = await request(endpoint(api), {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/graphql-response+json, application/json",
      // Headers take ASCII alone.
      ...(reason ? { "x-change-reason": encodeURIComponent(reason) } : {}),
      ...(againstRules ? { "x-against-rules": "true" } : {}),
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
