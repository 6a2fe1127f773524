/** A dataset's first file: its contract is inferred, and made at once or proposed to a person. */
import type { ContractProposal } from "../../lib/contract/types.ts";
import { type OpenFile, proposeContract } from "../readers/index.ts";
import { matchKey } from "./columns.ts";
import { RunHeld } from "./failures.ts";
import { asRun, query } from "./session.ts";
import type { LoadContext, Run } from "./types.ts";

/** Rows that types are inferred from. */
export const INFER_ROWS = 200_000;

interface Inferred {
  proposal: ContractProposal;
  key: string[];
  fields: { name: string; sourceName: string; type: string; required: boolean; description: string }[];
}

/** Types from the file's values; required only what is in the key. Errors: IN010 the key is not in the file. */
async function infer(run: Run, { source, inspection, declared }: OpenFile): Promise<Inferred> {
  const key = matchKey(run.key_fields, inspection.columns);
  const { contract: proposal } = await proposeContract(source, inspection, {
    maxRows: INFER_ROWS,
    declared,
  });
  const fields = proposal.fields.map((field) => ({
    name: field.name,
    sourceName: field.sourceName,
    // A key of a type that cannot be one (jsonb) stays text.
    type:
      key.includes(field.name) && (field.type === "jsonb" || field.type === "text[]") ? "text" : field.type,
    required: key.includes(field.name),
    description: "",
  }));
  return { proposal, key, fields };
}

/** Makes the dataset; with what its types were proposed on, for the person who looks at the run. */
export async function makeDataset(
  context: LoadContext,
  run: Run,
  open: OpenFile,
): Promise<{ id: string; evidence: ContractProposal["evidence"] }> {
  const { proposal, key, fields } = await infer(run, open);
  return asRun(context, run, async (client) => {
    const { rows } = await client.query<{ id: string }>(
      "select id from data.create_dataset($1, $2, $3, $4)",
      [run.dataset_name, JSON.stringify(fields), key, run.mode],
    );
    return { id: rows[0]!.id, evidence: proposal.evidence };
  });
}

/** Holds the run with the proposed contract. Always throws RunHeld. */
export async function proposeDataset(context: LoadContext, run: Run, open: OpenFile): Promise<never> {
  const { proposal, fields } = await infer(run, open);
  const { rowsSeen, complete, keyCandidates, evidence } = proposal;
  const proposed = {
    kind: "new",
    columns: open.inspection.columns,
    fields: fields.map((field) => ({ ...field, evidence: evidence[field.name]?.text ?? "" })),
    effect: { rowsSeen, complete, keyCandidates },
  };
  await query(context, run, "select ingest.propose_contract($1, $2, $3)", [
    run.id,
    run.lease_generation,
    JSON.stringify(proposed),
  ]);
  throw new RunHeld();
}
