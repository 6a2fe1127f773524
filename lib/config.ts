/** The installation's settings, read from the environment once and checked. docs/reference/settings.md lists them. */
import path from "node:path";
import { z } from "zod";
import { AppError } from "./errors.ts";

const flag = (fallback: boolean) =>
  z
    .enum(["0", "1", "true", "false"])
    .optional()
    .transform((value) => (value === undefined ? fallback : value === "1" || value === "true"));

const environment = z.object({
  CADASTRE_HOME: z.string().min(1).default(".cadastre"),
  CADASTRE_DEMO: flag(true),
  HOST: z.string().min(1).default("127.0.0.1"),
  PORT: z.coerce.number().int().min(0).max(65535).default(5400),
  PUBLIC_URL: z.url().optional(),
  LOG_LEVEL: z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"]).default("info"),
  DATABASE_URL: z.string().min(1).optional(),
  S3_ENDPOINT: z.url().optional(),
  S3_ACCESS_KEY: z.string().min(1).optional(),
  S3_SECRET_KEY: z.string().min(1).optional(),
  S3_BUCKET: z.string().min(3).max(63).default("cadastre"),
  S3_REGION: z.string().min(1).default("us-east-1"),
  MONGODB_URL: z.string().min(1).optional(),
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
  /** An administrator's connection; null: embedded PostgreSQL under `home`. */
  databaseUrl: string | null;
  s3: { endpoint: string; accessKey: string; secretKey: string; bucket: string; region: string } | null;
  mongodbUrl: string | null;
  maxUploadBytes: number;
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
    databaseUrl: e.DATABASE_URL ?? null,
    s3: e.S3_ENDPOINT
      ? {
          endpoint: e.S3_ENDPOINT,
          accessKey: e.S3_ACCESS_KEY!,
          secretKey: e.S3_SECRET_KEY!,
          bucket: e.S3_BUCKET,
          region: e.S3_REGION,
        }
      : null,
    mongodbUrl: e.MONGODB_URL ?? null,
    maxUploadBytes: e.MAX_UPLOAD_BYTES,
  };
}
