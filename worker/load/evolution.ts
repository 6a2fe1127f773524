/**
 * What becomes of a file that does not fit the contract: the contract follows, a person is asked, or rows or values are
 * left out, as the dataset says (data.datasets.columns_evolution, types_evolution).
 */
import type { OpenFile } from "../readers/index.ts";
import { RunHeld } from "./failures.ts";
import { type Change, findHeaderChanges, type Header, type HeaderChanges } from "./header-changes.ts";
import { findRetyped } from "./retyped.ts";
import { query } from "./session.ts";
import type { LoadContext, Run } from "./types.ts";

export type Evolution = "evolve" | "freeze" | "discard_row" | "discard_value";

export interface Evolutions {
  columns: Evolution;
  types: Evolution;
}

/** A renamed column is followed without a person only on evidence as strong as this. */
const SURE_CONTENT = 0.8;
const SURE_NAME = 0.9;

export async function evolutionsOf(context: LoadContext, run: Run, datasetId: string): Promise<Evolutions> {
  const rows = await query<Evolutions>(
    context,
    run,
    "select columns_evolution as columns, types_evolution as types from data.datasets where org_id = $1 and id = $2",
    [run.org_id, datasetId],
  );
  return rows[0] ?? { columns: "freeze", types: "discard_row" };
}

interface Accepted {
  /** A person has accepted this header before, for this run or an earlier one. */
  header: boolean;
  /** What this run's file changes is decided. */
  run: boolean;
}

async function findAccepted(context: LoadContext, run: Run, columns: readonly string[]): Promise<Accepted> {
  const rows = await query<Accepted>(
    context,
    run,
    `select count(*) filter (where columns = $3) > 0 as header, count(*) filter (where run_id = $4) > 0 as run
       from ingest.contract_proposals
      where org_id = $1 and dataset_name = $2 and status = 'accepted' and (columns = $3 or run_id = $4)`,
    [run.org_id, run.dataset_name, columns, run.id],
  );
  return rows[0]!;
}

async function find(
  context: LoadContext,
  run: Run,
  open: OpenFile,
  header: Header,
  { columns, types }: Evolutions,
  review: boolean,
): Promise<HeaderChanges> {
  const { mapping, fields } = header;
  const differs = mapping.includes(null) || fields.some((field) => !mapping.includes(field.name));
  const asked = differs && (columns === "evolve" || columns === "freeze" || review);
  const thorough = types === "evolve" || review;
  const retyped =
    types === "discard_value"
      ? []
      : await findRetyped(context, run, open, header.columns, mapping, fields, thorough);
  // The usual file fits: nothing is asked of the database for it.
  const none = { changes: [], effect: { sampledRows: 0, matchedRows: 0, currentRows: 0 } };
  if (!asked && retyped.length === 0) return none;
  const accepted = await findAccepted(context, run, header.columns);
  const found = asked && !accepted.header ? await findHeaderChanges(context, run, open, header) : none;
  return { ...found, changes: [...found.changes, ...(accepted.run ? [] : retyped)] };
}

/** What the contract can follow by itself; null: it is not sure enough to be followed. */
function follow(change: Change): Record<string, unknown> | null {
  if (change.change === "renamed") {
    const { content, name } = change.likeness;
    if ((content ?? 0) < SURE_CONTENT && name < SURE_NAME) return null;
    return { op: "alias", name: change.field, sourceName: change.column };
  }
  if (change.change === "added") return { op: "add", field: change.field };
  if (change.change === "retyped" && change.to !== null)
    return { op: "widen", name: change.field, type: change.to };
  return null;
}

/**
 * Follows, asks or leaves things as they are. True: the contract has changed and the file is to be matched again. Throws
 * RunHeld where a person is asked.
 */
export async function followHeader(
  context: LoadContext,
  run: Run,
  open: OpenFile,
  header: Header,
  evolutions: Evolutions,
  review: boolean,
): Promise<boolean> {
  const { changes, effect } = await find(context, run, open, header, evolutions, review);
  // Fields that a file merely leaves out keep their values; beside other columns they may be what those stand for.
  const replaced = changes.some((change) => change.change === "renamed" || change.change === "added");
  const evolutionOf = (change: Change): Evolution =>
    change.change === "retyped" ? evolutions.types : evolutions.columns;
  const asks = (change: Change): boolean => {
    const evolution = evolutionOf(change);
    if (review) return true;
    if (change.change === "retyped") return evolution === "freeze";
    if (evolution === "evolve") return change.change === "renamed" && follow(change) === null;
    return evolution === "freeze" && (change.change !== "dropped" || replaced);
  };
  const asked = changes.some(asks);
  // Bad values are set aside one by one; where a column is another type altogether, the gate's question has this answer.
  const advice = changes.filter(
    (change) => change.change === "retyped" && evolutions.types === "discard_row",
  );
  if (asked || advice.length > 0) {
    const proposed = asked ? changes : advice;
    const proposal = { kind: "change", columns: header.columns, changes: proposed, effect, advice: !asked };
    await query(context, run, "select ingest.propose_contract($1, $2, $3)", [
      run.id,
      run.lease_generation,
      JSON.stringify(proposal),
    ]);
  }
  if (asked) throw new RunHeld();
  const followed = changes
    .filter((change) => evolutionOf(change) === "evolve")
    .map(follow)
    .filter((op) => op !== null);
  if (followed.length === 0) return false;
  await query(
    context,
    run,
    "select from data.datasets d, data.alter_dataset(d.id, $2, $3) where d.org_id = $1 and d.name = $4",
    [run.org_id, JSON.stringify(followed), `followed the file of run ${run.id}`, run.dataset_name],
  );
  return true;
}
