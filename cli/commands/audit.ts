import { readFile, stat } from "node:fs/promises";
import { parseArgs } from "node:util";
import type { ExportOptions } from "../../lib/audit/export.ts";
import { verifyFile, writeLines } from "../../lib/audit/file.ts";
import { loadAuditKeys, parseJwks, rotateAuditKeys } from "../../lib/audit/keys.ts";
import { PLATFORM, type Trail, verifyOnline, withLines } from "../../lib/audit/online.ts";
import type { Verdict } from "../../lib/audit/verdict.ts";
import { type Config, readConfig } from "../../lib/config.ts";
import { findRunning } from "../../lib/instance.ts";
import { createLogger } from "../../lib/log.ts";
import { createPool } from "../../lib/pg.ts";
import { createObjectStore } from "../../lib/stores/object/index.ts";
import { archiveStager } from "../../worker/retention/stage-archives.ts";
import { sealOrganization } from "../../worker/tasks/audit__seal.ts";
import { type Command, fail, findOrg, type Output, withSession } from "../command.ts";
import { misused } from "../help.ts";

const MAX_JWKS = 1_000_000;
/** Problems that are printed for people; --json has up to 1,000. */
const SHOWN = 20;

/** Runs `work` for an organization, or for the platform's own trail, over the worker's connections. */
async function forOrg<T>(
  { org: slug, platform }: Pick<Values, "org" | "platform">,
  work: (org: ExportOptions["org"], trail: Trail, config: Config) => Promise<T>,
): Promise<T> {
  const config = readConfig();
  if (platform && slug) fail("USAGE", "give --org or --platform, not both");
  const org = platform ? PLATFORM : await withSession((session) => findOrg(session, slug));
  const running = await findRunning(config);
  const pool = createPool(running.workerUrl, { name: "cadastre-audit", max: 3, log: createLogger("error") });
  try {
    const archives = archiveStager(createObjectStore(config));
    return await work(org, { pool, claimKey: running.claimKey, archives }, config);
  } finally {
    await pool.end();
  }
}

function describe(verdict: Verdict): string {
  const { leaves, events, changes, versions, checkpoints, uncovered, erased, removed, dropped } = verdict;
  const lines = [
    `${leaves} leaves (${events} events, ${changes} changes), ${versions} versions, ${checkpoints} checkpoints`,
  ];
  if (erased > 0) lines.push(`${erased} versions were erased, each with an event that says so`);
  if (removed > 0)
    lines.push(`${removed} versions were removed by retention, each with an event that says so`);
  if (dropped > 0) lines.push(`${dropped} versions went with datasets that were deleted`);
  if (uncovered > 0) lines.push(`the last ${uncovered} leaves have no checkpoint yet`);
  for (const { message } of verdict.problems.slice(0, SHOWN)) lines.push(`✗ ${message}`);
  if (verdict.problemCount > SHOWN) lines.push(`✗ and ${verdict.problemCount - SHOWN} more`);
  lines.push(
    verdict.ok
      ? "verified: everything is as it was sealed"
      : `NOT verified: ${verdict.problemCount} problems`,
  );
  return lines.join("\n");
}

function answer(verdict: Verdict, output: Output): number {
  output.print(verdict, describe(verdict));
  return verdict.ok ? 0 : 1;
}

async function verify(file: string | undefined, values: Values, output: Output): Promise<number> {
  if (!file) {
    return forOrg(values, async (org, trail, config) =>
      answer(await verifyOnline(trail, org, await loadAuditKeys(config), createObjectStore(config)), output),
    );
  }
  if (!values.jwks)
    fail(
      "USAGE",
      "--jwks is missing",
      "Name a file with the public keys, from /.well-known/audit-jwks.json.",
    );
  const found = await stat(values.jwks).catch(() => null);
  if (!found?.isFile() || found.size > MAX_JWKS)
    fail("NOT_A_FILE", `${values.jwks} is not a file of public keys`);
  if (!(await stat(file).catch(() => null))?.isFile())
    fail("NOT_A_FILE", `${file} is not a file`, "Name a file that cadastre audit export has written.");
  const jwks = parseJwks(await readFile(values.jwks, "utf8"), values.jwks);
  return answer(await verifyFile(file, { jwks }), output);
}

const seal = (values: Values, output: Output): Promise<number> =>
  forOrg(values, async (org, trail, config) => {
    const log = createLogger("error");
    const context = {
      ...trail,
      store: createObjectStore(config),
      log,
      auditKeys: () => loadAuditKeys(config),
    };
    const sealed = await sealOrganization(context, await context.auditKeys(), org.id);
    const { rows } = await trail.pool.query<{ size: string; at: Date }>(
      "select size, at from audit.last_checkpoint($1)",
      [org.id],
    );
    const head = rows[0] ?? null;
    const data = { sealed, size: Number(head?.size ?? 0), at: head?.at ?? null };
    output.print(data, `sealed ${sealed} leaves; the tree has ${data.size}`);
    return 0;
  });

const write = (file: string, values: Values, output: Output): Promise<number> =>
  forOrg(values, async (org, trail) => {
    const options = { org: { id: org.id, slug: org.slug }, values: !values["without-values"] };
    const lines = await withLines(trail, options, (all) => writeLines(all, file));
    output.print({ file, lines }, `wrote ${lines} lines to ${file}`);
    return 0;
  });

interface Values {
  org?: string;
  platform?: boolean;
  jwks?: string;
  "without-values"?: boolean;
}

export const audit: Command = {
  about: "the sealed trail: sealed now, exported, verified; its keys",
  usage: [
    "audit seal --org <slug>|--platform",
    "audit export <new file.ndjson[.gz]> --org <slug>|--platform [--without-values]",
    "audit verify --org <slug>|--platform",
    "audit verify <file> --jwks <public keys.json>",
    "audit keys [rotate]",
  ],
  async run(args, output) {
    const { positionals, values } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        org: { type: "string" },
        platform: { type: "boolean" },
        jwks: { type: "string" },
        "without-values": { type: "boolean" },
      },
    });
    const [verb, what] = positionals;
    if (verb === "seal" && !what) return seal(values, output);
    if (verb === "export" && what) return write(what, values, output);
    if (verb === "verify") return verify(what, values, output);
    if (verb === "keys" && what === "rotate") {
      const kid = await rotateAuditKeys(readConfig());
      output.print(
        { kid },
        `Checkpoints are signed by ${kid} from now on; the earlier keys still verify theirs.`,
      );
      return 0;
    }
    if (verb === "keys" && !what) {
      const { jwks } = await loadAuditKeys(readConfig());
      output.print(jwks, JSON.stringify(jwks, null, 2));
      return 0;
    }
    return misused(audit);
  },
};
