/** Signing in and accounts: put together from their parts. */
import express, { Router } from "express";
import type pg from "pg";
import type { Config } from "../../lib/config.ts";
import type { Logger } from "../../lib/log.ts";
import { loadSecrets } from "../../lib/secrets.ts";
import type { Listener } from "../listener.ts";
import { emailRoutes, passwordRoutes, proveRoutes } from "./account-routes.ts";
import { createAccounts } from "./accounts.ts";
import { type Bearers, createBearers } from "./bearers.ts";
import type { AuthParts } from "./context.ts";
import { createAnswers } from "./cookies.ts";
import { passkeyRoutes, totpRoutes } from "./enrol-routes.ts";
import { createGate } from "./gate.ts";
import { jsonOnly, ownPagesOnly } from "./guards.ts";
import { identify } from "./identify.ts";
import { invitationRoutes } from "./invitation-routes.ts";
import { followKeys, type JwtKeys } from "./keys.ts";
import { createLimits } from "./limits.ts";
import { createMailLoop } from "./mail-loop.ts";
import { createPasswords } from "./passwords.ts";
import { signInRoutes } from "./routes.ts";
import { sessionRoutes } from "./session-routes.ts";
import { createSessions } from "./sessions.ts";
import { passkeySignInRoutes, stepRoutes } from "./step-routes.ts";
import { createTokens } from "./tokens.ts";

/** Issuer of access tokens where the installation has no address of its own. */
const ISSUER = "cadastre";
const MAX_BODY = "16kb";

export interface AuthOptions {
  config: Config;
  pool: pg.Pool;
  claimKey: Buffer;
  keys: JwtKeys;
  log: Logger;
  address(): string;
}

export interface Auth {
  routes: Router;
  bearers: Bearers;
  /** For other ways to sign in: sessions.signIn(...) and answers, after a first proof of their own. */
  parts: AuthParts;
  start(listener: Listener): void;
  stop(): Promise<void>;
}

export async function createAuth(options: AuthOptions): Promise<Auth> {
  const { config, pool, claimKey, keys, log, address } = options;
  const secrets = await loadSecrets(config);
  const follower = followKeys(config.home, keys, log);
  const gate = createGate(pool);
  const tokens = createTokens(keys, config.publicUrl ?? ISSUER, follower.look);
  const answers = createAnswers(tokens, config.publicUrl?.startsWith("https:") ?? false);
  const passwords = await createPasswords();
  const parts: AuthParts = {
    config,
    pool,
    claimKey,
    gate,
    sessions: createSessions({ gate, pool, claimKey }),
    accounts: createAccounts(pool, gate, passwords),
    passwords,
    answers,
    limits: createLimits({ pool, secrets, answers }),
    tokens,
    keys,
    secrets,
    log,
    address,
  };
  const routes = Router();
  routes.use(
    "/auth",
    ownPagesOnly(config.publicUrl),
    jsonOnly,
    express.json({ limit: MAX_BODY, strict: true }),
  );
  const bearers = createBearers(tokens, gate, log);
  routes.use(signInRoutes(parts), stepRoutes(parts), passkeySignInRoutes(parts));
  // From here on an access token says who asks; before, nobody is anybody yet.
  routes.use("/auth", identify(bearers));
  routes.use(
    proveRoutes(parts),
    passwordRoutes(parts),
    emailRoutes(parts),
    totpRoutes(parts),
    passkeyRoutes(parts),
    invitationRoutes(parts),
    sessionRoutes(parts),
  );
  const mails = createMailLoop(parts);
  return {
    routes,
    bearers,
    parts,
    start: mails.start,
    async stop() {
      follower.stop();
      await mails.stop();
    },
  };
}
