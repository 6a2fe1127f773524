import { parseArgs } from "node:util";
import { readConfig } from "../../lib/config.ts";
import { type Command, findMember, findOrg, withSession } from "../command.ts";
import { misused } from "../help.ts";
import { ingestFile } from "../ingest-file.ts";
import { READING_OPTIONS, readingOf } from "../reading.ts";

/** Held for a contract, or changes of one, that a person decides. */
const CONTRACT_WAITS = new Set(["IN022", "IN023"]);
const SUCCESS = new Set(["succeeded", "duplicate"]);

function progress(): (state: { status: string; step: string | null; share: number | null }) => void {
  if (!process.stderr.isTTY) return () => undefined;
  return ({ status, step, share }) => {
    const percent = share === null ? "" : ` ${Math.round(share * 100)} %`;
    process.stderr.write(`\r\x1b[K${status}${step ? `: ${step}` : ""}${percent}`);
  };
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
      return ingestFile(session, org, file, {
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
    });
    if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");
    const { error, ...counts } = result;
    output.print(
      error ? result : counts,
      `${result.status}: ${result.read} read, ${result.inserted} inserted, ${result.updated} updated, ${result.unchanged} unchanged, ` +
        `${result.deleted} deleted, ${result.rejected} rejected, ${result.duplicate} duplicate in ${result.seconds} s (run ${result.run})`,
    );
    if (error) {
      process.stderr.write(`${error.code}: ${error.message}\n${error.hint ? `  ${error.hint}\n` : ""}`);
      if (CONTRACT_WAITS.has(error.code))
        process.stderr.write(`  See what: cadastre contract show ${result.run} --org ${values.org}\n`);
    }
    if (!error && result.rejected > 0) process.stderr.write(`  See why: cadastre rejected ${result.run}\n`);
    return SUCCESS.has(result.status) ? 0 : 1;
  },
};
