import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import type pg from "pg";
import { type Command, fail, findMember, findOrg, withSession } from "../command.ts";
import { misused } from "../help.ts";
import { exportContract, importContract } from "./odcs.ts";

interface Proposal {
  run_id: string;
  dataset_name: string;
  kind: "new" | "change";
  status: string;
  contract_version: number | null;
  columns: string[];
  fields: { name: string; sourceName: string; type: string; required: boolean; evidence: string }[];
  key_fields: string[];
  changes: {
    change: string;
    field?: string | { name: string; type: string };
    column?: string;
    from?: string;
    to?: string | null;
    evidence: string;
  }[];
  effect: Record<string, unknown> & { keyCandidates?: { fields: string[]; evidence: string }[] };
}

async function readJson(file: string | undefined): Promise<string | null> {
  if (file === undefined) return null;
  const text = await readFile(file, "utf8").catch(() => fail("NOT_FOUND", `there is no file ${file}`));
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    fail("BAD_INPUT", `${file} is not JSON`, "Write what contract show --json gives, changed.");
  }
}

function describe(proposal: Proposal): string {
  const { kind, dataset_name: dataset, status, fields, changes, effect, key_fields: key } = proposal;
  if (kind === "new") {
    const lines = fields.map(
      (f) =>
        `  ${f.name.padEnd(30)} ${f.type.padEnd(14)} ${key.includes(f.name) ? "key  " : "     "}${f.evidence}`,
    );
    const candidates = (effect.keyCandidates ?? []).map((c) => `  (${c.fields.join(", ")}): ${c.evidence}`);
    return [
      `A new dataset ${dataset} (${status}):`,
      ...lines,
      ...(candidates.length > 0 ? ["Possible keys:", ...candidates] : []),
    ].join("\n");
  }
  const lines = changes.map((c) => {
    const field = typeof c.field === "object" ? `${c.field.name} ${c.field.type}` : c.field;
    const what =
      c.change === "retyped"
        ? `${field}: ${c.from} -> ${c.to ?? "no wider type"}`
        : [field, c.column].filter(Boolean).join(" <- ");
    return `  ${c.change.padEnd(9)} ${what}\n            ${c.evidence}`;
  });
  return [`Changes of ${dataset}, contract ${proposal.contract_version} (${status}):`, ...lines].join("\n");
}

const findOne = async (client: pg.PoolClient, run: string): Promise<Proposal> =>
  (
    await client.query<Proposal>(
      `select run_id, dataset_name, kind, status, contract_version, columns, fields, key_fields, changes, effect
         from ingest.contract_proposals where run_id::text = $1`,
      [run],
    )
  ).rows[0] ??
  fail("NOT_FOUND", `the run ${run} proposes no contract`, "cadastre ingest tells the run's id.");

const VERBS = new Set(["show", "accept", "refuse", "export", "import"]);

export const contract: Command = {
  about: "proposed contracts: shown, accepted, refused; ODCS files in and out",
  usage: [
    "contract show <run> --org <slug>",
    "contract accept <run> --org <slug> [--fields <file.json>] [--key a,b] [--changes <file.json>] [--reason <text>] [--as <email>]",
    "contract refuse <run> --org <slug> [--reason <text>] [--as <email>]",
    "contract export [<dataset> ...] --org <slug> [--out <file>] [--as <email>]",
    "contract import <file> --org <slug> [--dataset <name>] [--as <email>]",
  ],
  async run(args, output) {
    const { positionals, values } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        org: { type: "string" },
        fields: { type: "string" },
        key: { type: "string" },
        changes: { type: "string" },
        reason: { type: "string" },
        out: { type: "string" },
        dataset: { type: "string" },
        as: { type: "string" },
      },
    });
    const [verb, run = "", ...rest] = positionals;
    if (!VERBS.has(verb ?? "") || (run === "" && verb !== "export")) {
      misused(contract);
    }
    const fields = await readJson(values.fields);
    const changes = await readJson(values.changes);
    const key =
      values.key === undefined
        ? null
        : values.key
            .split(",")
            .map((name) => name.trim())
            .filter(Boolean);
    return withSession(async (session) => {
      const org = await findOrg(session, values.org);
      const userId = values.as ? await findMember(session, org, values.as) : null;
      return session.asOrg(
        org.id,
        async (client) => {
          if (verb === "export") {
            return exportContract(client, org, run === "" ? [] : [run, ...rest], values.out, output);
          }
          if (verb === "import") return importContract(client, run, values.dataset, output);
          const proposal = await findOne(client, run);
          if (verb === "show") {
            output.print(proposal, describe(proposal));
            return 0;
          }
          const reason = values.reason ?? "";
          if (verb === "accept") {
            await client.query("select from ingest.accept_contract($1, $2, $3, $4, $5)", [
              run,
              fields,
              key,
              changes,
              reason,
            ]);
          } else {
            await client.query("select from ingest.refuse_contract($1, $2)", [run, reason]);
          }
          const done = verb === "accept" ? "accepted" : "refused";
          output.print(
            { run, dataset: proposal.dataset_name, status: done },
            `${proposal.dataset_name}: ${done}`,
          );
          return 0;
        },
        userId,
      );
    });
  },
};
