/**
 * Who is signed in, to which organization. The access token lives in memory only; what survives a reload is the
 * refresh cookie, which scripts cannot read.
 */
import { ApiError, readProblem } from "./errors.ts";

export interface Session {
  accessToken: string;
  expiresAt: number;
  user: { id: string; email: string; displayName: string };
  /** Null for an operator of the platform, who belongs to no organization. */
  org: { id: string; slug: string; name: string } | null;
  role: string;
  permissions: string[];
}

export interface Choice {
  slug: string;
  name: string;
}

/** The password is right; the person belongs to several organizations and must say which. */
export class ChooseOrganization extends Error {
  readonly organizations: Choice[];

  constructor(answer: { organizations: Choice[] }) {
    super("choose an organization");
    this.name = "ChooseOrganization";
    this.organizations = answer.organizations;
  }
}

type Answer = Omit<Session, "expiresAt"> & { expiresIn: number };

/** Remembers that there may be a refresh cookie, so that a first visit asks for no session it cannot have. */
const HINT = "cadastre.session";
/** A token that ends within this time is renewed before it is used. */
const RENEW_BEFORE_MS = 30_000;

let session: Session | null = null;
let renewing: Promise<Session> | null = null;
const listeners = new Set<() => void>();

/** True where a session may be had without a password. */
export const maySignInAgain = (): boolean => localStorage.getItem(HINT) !== null;

export const currentSession = (): Session | null => session;

export function subscribeSession(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function keep(next: Session | null): void {
  session = next;
  if (next) localStorage.setItem(HINT, "1");
  else localStorage.removeItem(HINT);
  for (const listener of listeners) listener();
}

async function post(path: string, body: object): Promise<Response> {
  return fetch(path, {
    method: "POST",
    credentials: "same-origin",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}

async function open(path: string, body: object): Promise<Session> {
  const response = await post(path, body);
  const answer: unknown = await response.json().catch(() => null);
  if (response.status === 409) throw new ChooseOrganization(answer as { organizations: Choice[] });
  if (!response.ok) throw new ApiError(readProblem(answer, response.statusText), response.status);
  const { expiresIn, ...rest } = answer as Answer;
  const opened = { ...rest, expiresAt: Date.now() + expiresIn * 1000 };
  keep(opened);
  return opened;
}

export function signIn(credentials: {
  email: string;
  password: string;
  org: string | null;
}): Promise<Session> {
  return open("/auth/login", credentials);
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

/** Signs in to another of one's organizations. */
export function switchOrganization(slug: string): Promise<Session> {
  return oneTabAtATime(() => open("/auth/switch", { org: slug }));
}

/** A new access token from the refresh cookie. Throws ApiError 401 where there is no session any more. */
export function renew(): Promise<Session> {
  renewing ??= oneTabAtATime(() => open("/auth/refresh", {}))
    .catch((error: unknown) => {
      if (error instanceof ApiError && error.status < 500) keep(null);
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
