/**
 * Slows down guessing, in PostgreSQL, so that several servers count together; in memory while the database is away.
 * A point is taken before the attempt and given back when it succeeds, so that attempts at the same moment cannot all
 * slip through.
 *
 * Nobody can lock others out: failures count per account AND address; those per account alone, and per organization,
 * do not count for whoever has signed in to the account before with the same browser (a signed device cookie, OWASP's
 * "slow down online guessing attacks with device cookies") or from the same address.
 */
import { randomBytes, timingSafeEqual } from "node:crypto";
import type { Request, Response } from "express";
import type pg from "pg";
import { RateLimiterMemory, RateLimiterPostgres, RateLimiterRes } from "rate-limiter-flexible";
import { AppError } from "../../lib/errors.ts";
import type { Secrets } from "../../lib/secrets.ts";
import { type Answers, cookieOf } from "./cookies.ts";

const QUARTER_HOUR = 900;
const HOUR = 3600;
const DAY = 86_400;
const DEVICE_SECONDS = 180 * DAY;
const DEVICE_COOKIE = "cadastre_device";
const TABLE = { schemaName: "private", tableName: "rate_limits" };

/** How many of what in how long; each key is whatever the caller names. */
const RULES = {
  account_address: { points: 10, duration: QUARTER_HOUR },
  device: { points: 10, duration: QUARTER_HOUR },
  account: { points: 50, duration: HOUR },
  address: { points: 100, duration: QUARTER_HOUR },
  organization: { points: 1000, duration: QUARTER_HOUR },
  /** Second factors and proofs, per person. */
  factor: { points: 20, duration: QUARTER_HOUR },
  /** Requests that send mail: per address asked for, per address asked from, per organization. */
  mail_to: { points: 5, duration: HOUR },
  mail_from: { points: 50, duration: HOUR },
  /** Tokens of links and challenges, per address asked from. */
  token: { points: 100, duration: QUARTER_HOUR },
} as const;
export type Rule = keyof typeof RULES;
/** Rules whose key is an address that a request came from. */
const BY_ADDRESS: ReadonlySet<Rule> = new Set<Rule>(["address", "mail_from", "token"]);
/** From where an account was signed in to before. */
const KNOWN = "known";
const KNOWN_SECONDS = 30 * DAY;

/** An attempt that fails keeps what it took. */
export interface Attempt {
  /** Gives the points back, and makes browser and address known. */
  succeeded(response: Response): Promise<void>;
}

export interface Limits {
  /** Before a password is checked. Errors: AppError TOO_MANY. */
  signIn(request: Request, email: string, org: string | null): Promise<Attempt>;
  /** Takes one point. Errors: AppError TOO_MANY. */
  spend(rule: Rule, key: string): Promise<void>;
  /** Gives back what a success took. */
  refund(rule: Rule, key: string): Promise<void>;
}

function tooMany(left: RateLimiterRes): AppError {
  const seconds = Math.max(1, Math.ceil(left.msBeforeNext / 1000));
  return new AppError("TOO_MANY", "too many attempts", {
    hint: `Wait ${seconds < 120 ? `${seconds} seconds` : `${Math.ceil(seconds / 60)} minutes`}, then try again.`,
  });
}

/**
 * What an address counts as: of IPv6 its network of 64 bits, all of which one machine may have; an IPv4 address written
 * as IPv6 is itself.
 */
export function networkOf(ip: string): string {
  const plain = ip.replace(/%.*$/, "").toLowerCase();
  const mapped = /^::ffff:([0-9.]+)$/.exec(plain);
  if (mapped) return mapped[1]!;
  if (!plain.includes(":")) return plain;
  const [left = "", right] = plain.split("::");
  const first = left ? left.split(":") : [];
  const last = right ? right.split(":") : [];
  const gap = right === undefined ? 0 : Math.max(0, 8 - first.length - last.length);
  return [...first, ...Array<string>(gap).fill("0"), ...last]
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ""))
    .join(":");
}

/** The cookie by which a browser that signed in to an account before is known: signed, and good for that account. */
function createDevices(secrets: Secrets, answers: Answers) {
  return {
    of(request: Request, account: string): string | null {
      const [nonce, mac] = (cookieOf(request, DEVICE_COOKIE) ?? "").split(".");
      if (!nonce || !mac) return null;
      const right = Buffer.from(secrets.sign("device", `${account} ${nonce}`));
      const given = Buffer.from(mac);
      return given.length === right.length && timingSafeEqual(given, right) ? nonce : null;
    },
    remember(response: Response, account: string, device: string | null): void {
      const nonce = device ?? randomBytes(16).toString("base64url");
      const value = `${nonce}.${secrets.sign("device", `${account} ${nonce}`)}`;
      answers.set(response, DEVICE_COOKIE, value, DEVICE_SECONDS);
    },
  };
}

export interface LimitOptions {
  pool: pg.Pool;
  secrets: Secrets;
  answers: Answers;
}

export function createLimits({ pool, secrets, answers }: LimitOptions): Limits {
  const limiterFor = (name: string, rule: { points: number; duration: number }) =>
    new RateLimiterPostgres({
      storeClient: pool,
      storeType: "pool",
      ...TABLE,
      tableCreated: true,
      // One of them clears the table for all.
      clearExpiredByTimeout: name === KNOWN,
      keyPrefix: name,
      ...rule,
      insuranceLimiter: new RateLimiterMemory({ keyPrefix: name, ...rule }),
    });
  const limiters = Object.fromEntries(
    Object.entries(RULES).map(([name, rule]) => [name, limiterFor(name, rule)]),
  ) as Record<Rule, RateLimiterPostgres>;
  const known = limiterFor(KNOWN, { points: 1, duration: KNOWN_SECONDS });
  const devices = createDevices(secrets, answers);
  // Rows hold digests: neither addresses of mail nor of machines stand there.
  const digest = (key: string): string => secrets.sign("limits", key);
  const keyOf = (rule: Rule, key: string): string => digest(BY_ADDRESS.has(rule) ? networkOf(key) : key);

  const spend = async (rule: Rule, key: string): Promise<void> => {
    try {
      await limiters[rule].consume(keyOf(rule, key));
    } catch (error) {
      if (error instanceof RateLimiterRes) throw tooMany(error);
      throw error;
    }
  };
  const refund = async (rule: Rule, key: string): Promise<void> => {
    await limiters[rule].reward(keyOf(rule, key));
  };
  const isKnown = async (place: string): Promise<boolean> =>
    (await known.get(digest(place)).catch(() => null)) !== null;

  return {
    spend,
    refund,
    async signIn(request, email, org) {
      const account = email.toLowerCase();
      const place = `${account} ${networkOf(request.ip ?? "")}`;
      const device = devices.of(request, account);
      const exempt = device !== null || (await isKnown(place));
      const taken: [Rule, string][] = [];
      const take = async (rule: Rule, key: string): Promise<void> => {
        await spend(rule, key);
        taken.push([rule, key]);
      };
      if (device) await take("device", `${account} ${device}`);
      else await take("account_address", place);
      await take("address", request.ip ?? "");
      if (!exempt) {
        await take("account", account);
        if (org) await take("organization", org.toLowerCase());
      }
      return {
        async succeeded(response) {
          await Promise.all(taken.map(([rule, key]) => refund(rule, key)));
          await known.set(digest(place), 1, KNOWN_SECONDS).catch(() => undefined);
          devices.remember(response, account, device);
        },
      };
    },
  };
}
