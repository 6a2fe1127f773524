/**
 * Who is signed in, to which organization. The access token lives in memory only; what survives a reload is the
 * refresh cookie, which scripts cannot read.
 */
import { ApiError, readProblem } from "./errors.ts";

/** As whom an administrator looks at the organization. */
export interface ViewAs {
  userId: string;
  email: string;
  displayName: string;
  reason: string;
  expiresAt: string;
}

export interface Session {
  accessToken: string;
  expiresAt: number;
  user: { id: string; email: string; displayName: string; emailVerified: boolean; locale: string };
  /** Null for an operator of the platform, who belongs to no organization. */
  org: { id: string; slug: string; name: string } | null;
  role: string;
  permissions: string[];
  /** The organization requires a second factor and there is none yet: nothing but setting one up is possible. */
  pending: boolean;
  viewAs: ViewAs | null;
}

export interface Choice {
  slug: string;
  name: string;
}

export type Factor = "totp" | "passkey" | "recovery";

/** What a step of a sign-in comes to: the session, or what is asked next. */
export type Step =
  | { kind: "session"; session: Session }
  | { kind: "factor"; challenge: string; factors: Factor[] }
  | { kind: "choose"; challenge: string; organizations: Choice[] };

type Answer = Omit<Session, "expiresAt"> & { expiresIn: number };

/** Remembers that there may be a refresh cookie, so that a first visit asks for no session it cannot have. */
const HINT = "cadastre.session";
/** A token that ends within this time is renewed before it is used. */
const RENEW_BEFORE_MS = 30_000;
/** Whoever renews the session at the same moment, another tab or this one before a reload, is done by one of these. */
const OTHERS_DONE_MS = [200, 600, 1500];

let session: Session | null = null;
let renewing: Promise<Session> | null = null;
let ended = false;
const listeners = new Set<() => void>();

/** True where a session may be had without a password. */
export const maySignInAgain = (): boolean => localStorage.getItem(HINT) !== null;

/** Whoever comes back from an identity provider has a cookie that this page has not seen made; or has none. */
export const expectSession = (): void => {
  if (!maySignInAgain()) localStorage.setItem(HINT, "expected");
};

export const currentSession = (): Session | null => session;

/** True where a session was over without the person having ended it. */
export const sessionHasEnded = (): boolean => ended;

export function subscribeSession(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function keep(next: Session | null): void {
  session = next;
  if (next) localStorage.setItem(HINT, "1");
  else localStorage.removeItem(HINT);
  if (next) ended = false;
  for (const listener of listeners) listener();
}

/** There is no session any more, and nobody here ended it; one that was merely expected did not end. */
function endHere(): void {
  ended = session !== null || localStorage.getItem(HINT) === "1";
  keep(null);
}

async function post(path: string, body: object): Promise<Response> {
  try {
    return await fetch(path, {
      method: "POST",
      credentials: "same-origin",
      // Outlives the page: the cookie of a renewal must arrive also where the person reloads at that moment.
      keepalive: true,
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  } catch {
    throw new ApiError({ code: "UNREACHABLE", message: "The server does not answer" }, 503);
  }
}

/** Sends something that needs no session. Errors: ApiError. */
export async function send<T>(path: string, body: object): Promise<T> {
  const response = await post(path, body);
  const answer: unknown = await response.json().catch(() => null);
  if (!response.ok) throw new ApiError(readProblem(answer, response.statusText), response.status);
  return answer as T;
}

/** Keeps the session in an answer, if there is one. */
function stepOf(answer: unknown): Step | null {
  const body = (answer ?? {}) as Partial<Answer> & Partial<{ challenge: string; factors: Factor[] }>;
  if (body.factors && body.challenge) {
    return { kind: "factor", challenge: body.challenge, factors: body.factors };
  }
  if (!body.accessToken) return null;
  const { expiresIn, ...rest } = answer as Answer;
  const opened: Session = { ...rest, expiresAt: Date.now() + expiresIn * 1000 };
  keep(opened);
  return { kind: "session", session: opened };
}

/** A step of a sign-in, whatever road. Errors: ApiError. */
export async function step(path: string, body: object): Promise<Step> {
  const response = await post(path, body);
  const answer: unknown = await response.json().catch(() => null);
  const choice = answer as { organizations?: Choice[]; challenge?: string } | null;
  if (response.status === 409 && choice?.organizations) {
    return { kind: "choose", challenge: choice.challenge ?? "", organizations: choice.organizations };
  }
  if (!response.ok) throw new ApiError(readProblem(answer, response.statusText), response.status);
  const next = stepOf(answer);
  if (!next) throw new ApiError(readProblem(answer, "The server's answer was not understood"), 502);
  return next;
}

export interface Accepted {
  /** The organization that the account now belongs to; it signs in as it always does. */
  org: string;
}

/** Accepts an invitation: a step of a sign-in for a new account. */
export async function acceptInvitation(body: object): Promise<Step | Accepted> {
  const answer = await send<unknown>("/auth/invitations/accept", body);
  return stepOf(answer) ?? (answer as Accepted);
}

export async function signOut(): Promise<void> {
  const known = session !== null || localStorage.getItem(HINT) !== null;
  keep(null);
  // Signing out must not fail because the server is away: the token is forgotten in any case.
  if (known) await post("/auth/logout", {}).catch(() => undefined);
}

// A refresh token is good once, and using it twice ends the session: one tab at a time, one renewal at a time.
function oneTabAtATime<T>(work: () => Promise<T>): Promise<T> {
  return navigator.locks ? navigator.locks.request("cadastre.refresh", work) : work();
}

async function open(path: string, body: object): Promise<Session> {
  const next = await step(path, body);
  if (next.kind === "session") return next.session;
  throw new ApiError({ code: "UNAUTHENTICATED", message: "A further step of signing in is needed" }, 401);
}

/** Signs in to another of one's organizations. */
export function switchOrganization(slug: string): Promise<Session> {
  return oneTabAtATime(() => open("/auth/switch", { org: slug }));
}

async function refresh(): Promise<Session> {
  for (const wait of OTHERS_DONE_MS) {
    try {
      return await open("/auth/refresh", {});
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 409)) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
  return open("/auth/refresh", {});
}

/**
 * A new access token from the refresh cookie, with what the person may by now: also to be called after looking as
 * somebody else began or ended. Throws ApiError 401 where there is no session any more. */
export function renew(): Promise<Session> {
  renewing ??= oneTabAtATime(refresh)
    .catch((error: unknown) => {
      if (error instanceof ApiError && error.status === 401) endHere();
      throw error;
    })
    .finally(() => {
      renewing = null;
    });
  return renewing;
}

/** The session, renewed where it is about to end. Throws ApiError 401 where nobody is signed in. */
export async function ensureSession(): Promise<Session> {
  if (session && session.expiresAt - Date.now() > RENEW_BEFORE_MS) return session;
  if (!session && localStorage.getItem(HINT) === null) {
    throw new ApiError({ code: "UNAUTHENTICATED", message: "Nobody is signed in." }, 401);
  }
  return renew();
}
