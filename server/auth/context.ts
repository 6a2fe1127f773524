/** What the roads of signing in and of accounts share. */
import type pg from "pg";
import type { Config } from "../../lib/config.ts";
import type { Logger } from "../../lib/log.ts";
import type { Secrets } from "../../lib/secrets.ts";
import type { Accounts } from "./accounts.ts";
import type { Answers } from "./cookies.ts";
import type { Gate } from "./gate.ts";
import type { JwtKeys } from "./keys.ts";
import type { Limits } from "./limits.ts";
import type { Passwords } from "./passwords.ts";
import type { Sessions } from "./sessions.ts";
import type { Tokens } from "./tokens.ts";

export interface AuthParts {
  config: Config;
  pool: pg.Pool;
  claimKey: Buffer;
  gate: Gate;
  sessions: Sessions;
  accounts: Accounts;
  passwords: Passwords;
  answers: Answers;
  limits: Limits;
  tokens: Tokens;
  keys: JwtKeys;
  secrets: Secrets;
  log: Logger;
  /** The installation's own address, as links and passkeys know it; asked late, since the port may be any free one. */
  address(): string;
}
