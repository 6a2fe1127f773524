/** Sessions in the database: opened after the password was verified, renewed by single-use refresh tokens. */
import { createHash, randomBytes } from "node:crypto";
import type pg from "pg";
import { z } from "zod";

const sessionShape = z.object({
  kind: z.enum(["user", "operator"]),
  sessionId: z.uuid(),
  user: z.object({ id: z.uuid(), email: z.string(), displayName: z.string() }),
  org: z.object({ id: z.uuid(), slug: z.string(), name: z.string() }).nullable(),
  role: z.string(),
  permissions: z.array(z.string()),
  refresh: z.boolean(),
});
export type Session = z.infer<typeof sessionShape>;

const openedShape = z.union([
  z.null(),
  z.object({ choose: z.array(z.object({ slug: z.string(), name: z.string() })) }),
  sessionShape,
]);
const rotatedShape = z.union([z.null(), z.object({ refused: z.literal(true) }), sessionShape]);

export type Opened = { session: Session; refreshToken: string | null };

const REFRESH_TOKEN_BYTES = 32;
export const MAX_REFRESH_TOKEN_LENGTH = 100;

const digest = (token: string): Buffer => createHash("sha256").update(token).digest();
const newToken = (): string => randomBytes(REFRESH_TOKEN_BYTES).toString("base64url");

export interface Sessions {
  account(email: string): Promise<{ userId: string; passwordHash: string } | null>;
  open(
    userId: string,
    org: string | null,
  ): Promise<Opened | { choose: { slug: string; name: string }[] } | null>;
  rotate(refreshToken: string, org: string | null): Promise<Opened | { refused: true } | null>;
  end(refreshToken: string): Promise<void>;
}

/** Runs on the gateway's own login: at sign-in there is no identity yet. */
export function createSessions(pool: pg.Pool): Sessions {
  const answer = async (text: string, values: unknown[]): Promise<unknown> => {
    const { rows } = await pool.query<{ answer: unknown }>(text, values);
    return rows[0]?.answer ?? null;
  };
  return {
    async account(email) {
      const { rows } = await pool.query<{ user_id: string; password_hash: string }>(
        "select user_id, password_hash from private.login_lookup($1)",
        [email],
      );
      const row = rows[0];
      return row ? { userId: row.user_id, passwordHash: row.password_hash } : null;
    },
    async open(userId, org) {
      const refreshToken = newToken();
      const opened = openedShape.parse(
        await answer("select private.open_session($1, $2, $3) as answer", [
          userId,
          org,
          digest(refreshToken),
        ]),
      );
      if (opened === null || "choose" in opened) return opened;
      return { session: opened, refreshToken: opened.refresh ? refreshToken : null };
    },
    async rotate(refreshToken, org) {
      const next = newToken();
      const rotated = rotatedShape.parse(
        await answer("select private.rotate_session($1, $2, $3) as answer", [
          digest(refreshToken),
          digest(next),
          org,
        ]),
      );
      if (rotated === null || "refused" in rotated) return rotated;
      return { session: rotated, refreshToken: next };
    },
    async end(refreshToken) {
      await answer("select private.end_session($1) as answer", [digest(refreshToken)]);
    },
  };
}
