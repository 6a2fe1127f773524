/**
 * Sessions in the database: opened after a first proof was verified (`signIn`, whatever the proof was), renewed by
 * single-use refresh tokens.
 */
import type pg from "pg";
import { z } from "zod";
import { inRequest, settingsFor } from "../database.ts";
import type { Gate, Origin } from "./gate.ts";
import { digestOf, newSecret } from "./opaque.ts";
import type { Identity } from "./tokens.ts";

const sessionShape = z.object({
  kind: z.enum(["user", "operator"]),
  sessionId: z.uuid(),
  user: z.object({
    id: z.uuid(),
    email: z.string(),
    displayName: z.string(),
    emailVerified: z.boolean(),
    locale: z.string(),
  }),
  org: z.object({ id: z.uuid(), slug: z.string(), name: z.string() }).nullable(),
  role: z.string(),
  permissions: z.array(z.string()),
  /** A second factor is required and not set up: the session can set one up, and nothing else. */
  pending: z.boolean(),
  expiresAt: z.coerce.date(),
  /** As whom an administrator looks at the organization, for the banner. */
  viewAs: z
    .object({
      userId: z.uuid(),
      email: z.string(),
      displayName: z.string(),
      reason: z.string(),
      expiresAt: z.string(),
    })
    .nullable()
    .default(null),
});
export type Session = z.infer<typeof sessionShape>;

const factor = z.enum(["totp", "passkey", "recovery"]);
export type Factor = z.infer<typeof factor>;
const choice = z.object({ slug: z.string(), name: z.string() });
export const openedShape = z.union([
  z.null(),
  z.object({ choose: z.array(choice) }),
  z.object({ factors: z.array(factor) }),
  sessionShape,
]);
const rotatedShape = z.union([
  z.null(),
  z.object({ refused: z.literal(true) }),
  z.object({ again: z.literal(true) }),
  sessionShape,
]);

export interface Opened {
  session: Session;
  refreshToken: string;
}

/** What a sign-in comes to. */
export type Outcome =
  | ({ kind: "session" } & Opened)
  /** A second factor is set up: POST /auth/factor with the challenge goes on. */
  | { kind: "factor"; challenge: string; factors: Factor[] }
  /** Several organizations: POST /auth/choose with the challenge goes on. */
  | { kind: "choose"; challenge: string; organizations: { slug: string; name: string }[] }
  /** Not a member there, or of none. */
  | { kind: "refused" };

export interface FirstProof {
  userId: string;
  /** An organization's slug; null: the only one, or the platform for its operators. */
  org: string | null;
  /** password, passkey, oidc:google, ...: kept with the session. */
  method: string;
  /** A proof that is a second factor at once. */
  factor?: Factor;
}

export interface Sessions {
  /** Signs in after any verified first proof. */
  signIn(proof: FirstProof, origin: Origin): Promise<Outcome>;
  /** What an answer of private.open_session means; `secret` is the token whose digest it was given. */
  outcomeOf(answer: unknown, secret: string, origin: Origin): Promise<Outcome>;
  rotate(
    refreshToken: string,
    org: string | null,
    origin: Origin,
  ): Promise<Opened | { refused: true } | { again: true } | null>;
  end(refreshToken: string, origin: Origin): Promise<void>;
}

export interface SessionOptions {
  gate: Gate;
  pool: pg.Pool;
  claimKey: Buffer;
}

export function identityFor(session: Session, expiresAt: number): Identity {
  return {
    kind: session.kind,
    userId: session.user.id,
    orgId: session.org?.id ?? null,
    sessionId: session.sessionId,
    expiresAt,
  };
}

const MINE = `
  select (select coalesce(array_agg(p order by p), '{}') from access.my_permissions() p) as permissions,
         (select jsonb_build_object('userId', v.subject_id, 'email', v.email, 'displayName', v.display_name,
                                    'reason', v.reason, 'expiresAt', v.expires_at)
            from access.current_view_as() v) as "viewAs"`;

/** Seconds for the few statements that a sign-in itself makes with its new identity. */
const OWN_QUESTION_SECONDS = 60;

export function createSessions({ gate, pool, claimKey }: SessionOptions): Sessions {
  // What a member may do is asked as that member: roles, grants, denials and all.
  const withPermissions = async (session: Session, origin: Origin): Promise<Session> => {
    if (session.kind !== "user" || session.pending) return session;
    const identity = identityFor(session, Math.floor(Date.now() / 1000) + OWN_QUESTION_SECONDS);
    const { rows } = await inRequest(
      pool,
      settingsFor(identity, origin.requestId, claimKey, origin.ip),
      (client) => client.query<Pick<Session, "permissions" | "viewAs">>(MINE),
    );
    return { ...session, permissions: rows[0]?.permissions ?? [], viewAs: rows[0]?.viewAs ?? null };
  };

  const sessions: Sessions = {
    async signIn(proof, origin) {
      const secret = newSecret();
      const answer = await gate.call(
        z.unknown(),
        "open_session",
        [proof.userId, proof.org, proof.method, digestOf(secret), origin.userAgent, proof.factor ?? null],
        origin,
      );
      return sessions.outcomeOf(answer, secret, origin);
    },
    async outcomeOf(answer, secret, origin) {
      const opened = openedShape.parse(answer);
      if (opened === null) return { kind: "refused" };
      if ("choose" in opened) return { kind: "choose", challenge: secret, organizations: opened.choose };
      if ("factors" in opened) return { kind: "factor", challenge: secret, factors: opened.factors };
      return { kind: "session", session: await withPermissions(opened, origin), refreshToken: secret };
    },
    async rotate(refreshToken, org, origin) {
      const next = newSecret();
      const rotated = await gate.call(
        rotatedShape,
        "rotate_session",
        [digestOf(refreshToken), digestOf(next), org, origin.userAgent],
        origin,
      );
      if (rotated === null || "refused" in rotated || "again" in rotated) return rotated;
      return { session: await withPermissions(rotated, origin), refreshToken: next };
    },
    async end(refreshToken, origin) {
      await gate.call(z.boolean(), "end_session", [digestOf(refreshToken)], origin);
    },
  };
  return sessions;
}
