/** Structured log lines on standard error. Secrets are cut out by name wherever they stand. */
import { type Logger, pino } from "pino";

export type { Logger };

const SECRET_KEYS = [
  "password",
  "secret",
  "token",
  "accessToken",
  "refreshToken",
  "authorization",
  "cookie",
  "claim",
];

/** A logger; children carry run_id, org_id, request_id. */
export function createLogger(level: string): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: SECRET_KEYS.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]), censor: "[secret]" },
    },
    pino.destination({ fd: 2, sync: true }),
  );
}
