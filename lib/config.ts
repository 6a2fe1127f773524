/** The installation's settings, read from the environment once and checked. docs/reference/settings.md lists them. */
import path from "node:path";
import { z } from "zod";
import { AppError } from "./errors.ts";

const flag = (fallback: boolean) =>
  z
    .enum(["0", "1", "true", "false"])
    .optional()
    .transform((value) => (value === undefined ? fallback : value === "1" || value === "true"));

const MAX_ORIGINS = 100;
/** "https://a.example, https://b.example": origins as browsers send them, so that comparing them is enough. */
const origins = z
  .string()
  .default("")
  .transform((value) =>
    value
      .split(",")
      .map((one) => one.trim())
      .filter(Boolean),
  )
  .pipe(
    z
      .array(
        z
          .url({ protocol: /^https?$/ })
          .refine((one) => new URL(one).origin === one, "must be an origin, such as https://app.example"),
      )
      .max(MAX_ORIGINS),
  );

const environment = z.object({
  CADASTRE_HOME: z.string().min(1).default(".cadastre"),
  CADASTRE_DEMO: flag(true),
  HOST: z.string().min(1).default("127.0.0.1"),
  PORT: z.coerce.number().int().min(0).max(65535).default(5400),
  PUBLIC_URL: z.url().optional(),
  LOG_LEVEL: z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"]).default("info"),
  METRICS_HOST: z.string().min(1).default("127.0.0.1"),
  METRICS_PORT: z.coerce.number().int().min(0).max(65535).optional(),
  DATABASE_URL: z.string().min(1).optional(),
  S3_ENDPOINT: z.url().optional(),
  S3_PUBLIC_ENDPOINT: z.url().optional(),
  S3_ACCESS_KEY: z.string().min(1).optional(),
  S3_SECRET_KEY: z.string().min(1).optional(),
  S3_BUCKET: z.string().min(3).max(63).default("cadastre"),
  S3_REGION: z.string().min(1).default("us-east-1"),
  MONGODB_URL: z.string().min(1).optional(),
  CADASTRE_SECRET_KEY: z
    .string()
    .regex(/^[0-9a-fA-F]{64}$/, "must have 64 hexadecimal digits")
    .optional(),
  AUDIT_KEYS_FILE: z.string().min(1).optional(),
  SMTP_URL: z.url({ protocol: /^smtps?$/ }).optional(),
  MAIL_FROM: z
    .string()
    .max(320)
    .regex(/^[^\r\n]+$/, "must be one line")
    .default("Cadastre <cadastre@localhost>"),
  CORS_ORIGINS: origins,
  CADASTRE_OUTBOUND_ALLOW: z.string().max(10_000).default(""),
  TRUST_PROXY: z.coerce.number().int().min(0).max(10).default(0),
  MAX_UPLOAD_BYTES: z.coerce
    .number()
    .int()
    .positive()
    .default(20 * 1024 ** 3),
});

export interface Config {
  home: string;
  demo: boolean;
  host: string;
  port: number;
  /** Address people reach the installation at; the listening address when not set. */
  publicUrl: string | null;
  logLevel: string;
  /** Where figures are served; null: nowhere. */
  metrics: { host: string; port: number } | null;
  /** An administrator's connection; null: embedded PostgreSQL under `home`. */
  databaseUrl: string | null;
  s3: {
    endpoint: string;
    /** How senders reach the store, where they can. */
    publicEndpoint?: string;
    accessKey: string;
    secretKey: string;
    bucket: string;
    region: string;
  } | null;
  mongodbUrl: string | null;
  maxUploadBytes: number;
  /** Encrypts stored secrets (hex, 32 bytes); null: `secret.key` of the home folder. */
  secretKey: string | null;
  /** Keys that sign audit checkpoints; null: `audit-keys.json` of the home folder. */
  auditKeysFile: string | null;
  mail: { smtpUrl: string | null; from: string };
  /** Pages of these origins may call the APIs with a bearer token. */
  corsOrigins: string[];
  /** Networks inside that connectors may reach, as lib/outbound.ts parses them. */
  outboundAllow: string;
  /** How many proxies stand in front, each adding to X-Forwarded-For. */
  trustProxy: number;
}

/** Reads settings. Throws AppError CONFIG naming the variable that is wrong. */
export function readConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const parsed = environment.safeParse(env);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new AppError("CONFIG", `${issue.path.join(".")}: ${issue.message}`, {
      hint: "Correct the environment variable; docs/reference/settings.md lists them all.",
    });
  }
  const e = parsed.data;
  if (e.S3_ENDPOINT && !(e.S3_ACCESS_KEY && e.S3_SECRET_KEY)) {
    throw new AppError("CONFIG", "S3_ENDPOINT is set, S3_ACCESS_KEY or S3_SECRET_KEY is not", {
      hint: "Set both, or none of the three to keep files under CADASTRE_HOME.",
    });
  }
  return {
    home: path.resolve(e.CADASTRE_HOME),
    demo: e.CADASTRE_DEMO,
    host: e.HOST,
    port: e.PORT,
    publicUrl: e.PUBLIC_URL ?? null,
    logLevel: e.LOG_LEVEL,
    metrics: e.METRICS_PORT === undefined ? null : { host: e.METRICS_HOST, port: e.METRICS_PORT },
    databaseUrl: e.DATABASE_URL ?? null,
    s3: e.S3_ENDPOINT
      ? {
          endpoint: e.S3_ENDPOINT,
          ...(e.S3_PUBLIC_ENDPOINT ? { publicEndpoint: e.S3_PUBLIC_ENDPOINT } : {}),
          accessKey: e.S3_ACCESS_KEY!,
          secretKey: e.S3_SECRET_KEY!,
          bucket: e.S3_BUCKET,
          region: e.S3_REGION,
        }
      : null,
    mongodbUrl: e.MONGODB_URL ?? null,
    maxUploadBytes: e.MAX_UPLOAD_BYTES,
    secretKey: e.CADASTRE_SECRET_KEY ?? null,
    auditKeysFile: e.AUDIT_KEYS_FILE ? path.resolve(e.AUDIT_KEYS_FILE) : null,
    mail: { smtpUrl: e.SMTP_URL ?? null, from: e.MAIL_FROM },
    corsOrigins: e.CORS_ORIGINS,
    outboundAllow: e.CADASTRE_OUTBOUND_ALLOW,
    trustProxy: e.TRUST_PROXY,
  };
}
