/** The kinds of connectors by name; ingest.connector_kinds() tells the same to forms. */
import { gcs } from "./gcs.ts";
import { http } from "./http.ts";
import { kafka } from "./kafka.ts";
import { mongodb } from "./mongodb.ts";
import { mysql } from "./mysql.ts";
import { postgres } from "./postgres.ts";
import { redis } from "./redis.ts";
import { rest } from "./rest.ts";
import { s3 } from "./s3.ts";
import { sftp } from "./sftp.ts";
import type { Connector } from "./types.ts";

export const CONNECTORS: Readonly<Record<string, Connector>> = {
  s3,
  gcs,
  postgres,
  mysql,
  mongodb,
  sftp,
  http,
  rest,
  redis,
  kafka,
};
