import { parseArgs } from "node:util";
import type pg from "pg";
import { readConfig } from "../../lib/config.ts";
import { type Command, findMember, findOrg, withSession } from "../command.ts";
import { misused } from "../help.ts";
import { ingestFile } from "../ingest-file.ts";
import { READING_OPTIONS, readingOf } from "../reading.ts";
import { afterwards, failedRules } from "../run-text.ts";

const SUCCESS = new Set(["succeeded", "duplicate"]);

function progress(): (state: { status: string; step: string | null; share: number | null }) => void {
  if (!process.stderr.isTTY) return () => undefined;
  return ({ status, step, share }) => {
    const percent = share === null ? "" : ` ${Math.round(share * 100)} %`;
    process.stderr.write(`\r\x1b[K${status}${step ? `: ${step}` : ""}${percent}`);
  };
}

/** The file that a duplicate is one of. */
async function firstLoadOf(client: pg.PoolClient, run: string): Promise<{ file: string; at: Date } | null> {
  const { rows } = await client.query<{ file: string; at: Date }>(
    `select o.file_name as file, o.created_at as at
       from ingest.runs r
       join ingest.files f on f.org_id = r.org_id and f.id = r.file_id
       join ingest.files o on o.org_id = f.org_id and o.id = f.duplicate_of
      where r.id = $1`,
    [run],
  );
  return rows[0] ?? null;
}

export const ingest: Command = {
  about: "loads a file into a dataset and waits for the outcome",
  usage: [
    "ingest <file> --org <slug> --dataset <name> [--key a,b] [--mode upsert|snapshot|append] [--as <email>] [--force] [--review] [how to read it, as of inspect]",
  ],
  async run(args, output) {
    const { positionals, values } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        org: { type: "string" },
        dataset: { type: "string" },
        key: { type: "string" },
        mode: { type: "string" },
        as: { type: "string" },
        force: { type: "boolean" },
        review: { type: "boolean" },
        ...READING_OPTIONS,
      },
    });
    const file = positionals[0];
    if (!file || !values.dataset) misused(ingest);
    const dataset = values.dataset;
    const overrides = readingOf(values);
    const result = await withSession(async (session) => {
      const org = await findOrg(session, values.org);
      const userId = values.as ? await findMember(session, org, values.as) : null;
      const done = await ingestFile(session, org, file, {
        dataset,
        mode: values.mode ?? null,
        key: values.key ? values.key.split(",").map((k) => k.trim()) : null,
        force: values.force ?? false,
        userId,
        options: {
          ...(Object.keys(overrides).length > 0 ? { dialect: overrides } : {}),
          ...(values.review ? { contract: "review" } : {}),
        },
        maxBytes: readConfig().maxUploadBytes,
        onProgress: progress(),
      });
      const failed = await session.asOrg(org.id, (client) => failedRules(client, done.run), userId);
      const first =
        done.status === "duplicate"
          ? await session.asOrg(org.id, (client) => firstLoadOf(client, done.run), userId)
          : null;
      return { ...done, failedRules: failed, first };
    });
    if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");
    const { error, failedRules: failed, first, ...counts } = result;
    output.print(
      { ...counts, failedRules: failed, ...(error ? { error } : {}) },
      `${result.status}: ${result.read} read, ${result.inserted} inserted, ${result.updated} updated, ${result.unchanged} unchanged, ` +
        `${result.deleted} deleted, ${result.rejected} rejected, ${result.duplicate} duplicate in ${result.seconds} s (run ${result.run})`,
    );
    const after = afterwards({
      id: result.run,
      org: values.org ?? "",
      status: result.status,
      rejected: result.rejected,
      error,
      failedRules: failed,
    });
    if (result.status === "duplicate")
      after.push(
        `These bytes were loaded before${first ? `, as ${first.file} on ${first.at.toISOString()}` : ""}: nothing is changed. --force loads them again.`,
      );
    if (after.length > 0) process.stderr.write(`${after.join("\n")}\n`);
    return SUCCESS.has(result.status) ? 0 : 1;
  },
};
