/**
 * A dataset that evolves follows its stream (data.datasets.columns_evolution, types_evolution): before a batch is loaded,
 * fields that its events bring become fields of the contract, and numbers that outgrow their field widen it. In the
 * organization's own name, since whoever set the dataset to evolve has decided it, not who sends.
 */
import type pg from "pg";
import { fieldNames } from "../../lib/contract/names.ts";
import { BIGINT, INTEGER, NUMERIC, typesOf } from "../../lib/contract/values.ts";
import { isPgError } from "../../lib/errors.ts";

/** Fields that one batch may add; further ones are left to the next. */
const MAX_ADDED = 50;
const MAX_SOURCE_NAME = 200;
/** The sender's key may stand in the event. */
const KEYS = new Set(["_id", "idempotency_key"]);
const NUMBERS: [string, number][] = [
  ["integer", INTEGER],
  ["bigint", BIGINT],
  ["numeric", NUMERIC],
];

interface Field {
  name: string;
  source_name: string;
  type: string;
  retired: boolean;
}

interface Contract {
  columns: string;
  types: string;
  fields: Field[];
}

type Op =
  | { op: "add"; field: { name: string; sourceName: string; type: string } }
  | { op: "widen"; name: string; type: string };

/** What is seen of a name's values in the batch. */
interface Seen {
  kinds: Set<"number" | "boolean" | "text" | "json">;
  /** Bits of the number types that all of its numbers fit. */
  bits: number;
}

/** The values by name. Numbers as they are written here may have lost digits; then they are numeric all the same. */
function look(bodies: readonly string[]): Map<string, Seen> {
  const all = new Map<string, Seen>();
  for (const body of bodies) {
    for (const [name, value] of Object.entries(JSON.parse(body) as Record<string, unknown>)) {
      if (value === null || KEYS.has(name)) continue;
      const seen = all.get(name) ?? { kinds: new Set(), bits: INTEGER | BIGINT | NUMERIC };
      all.set(name, seen);
      if (typeof value === "number") {
        seen.kinds.add("number");
        // What the double has no digits for is told by its size.
        seen.bits &= Number.isSafeInteger(value) ? typesOf(String(value), seen.bits) : NUMERIC;
      } else
        seen.kinds.add(typeof value === "boolean" ? "boolean" : typeof value === "string" ? "text" : "json");
    }
  }
  return all;
}

/** One batch proves little: texts stay texts, whole numbers are given room. */
function typeOf({ kinds, bits }: Seen): string {
  if (kinds.size > 1) return "text";
  if (kinds.has("number")) return bits & BIGINT ? "bigint" : "numeric";
  return kinds.has("boolean") ? "boolean" : kinds.has("json") ? "jsonb" : "text";
}

function added(all: Map<string, Seen>, fields: readonly Field[]): Op[] {
  const known = new Set(fields.filter((f) => !f.retired).flatMap((f) => [f.name, f.source_name]));
  const unknown = [...all.keys()]
    .filter((name) => !known.has(name) && name !== "" && name.length <= MAX_SOURCE_NAME)
    .slice(0, MAX_ADDED);
  // Names that no field has or had, by the naming of files' columns.
  const names = fieldNames([...fields.map((f) => f.name), ...unknown]).slice(fields.length);
  return unknown.map((sourceName, i) => ({
    op: "add",
    field: { name: names[i]!, sourceName, type: typeOf(all.get(sourceName)!) },
  }));
}

/** A text among numbers is a bad value and rejected as one; numbers alone widen. */
function widened(all: Map<string, Seen>, fields: readonly Field[]): Op[] {
  return fields.flatMap((field): Op[] => {
    const at = NUMBERS.findIndex(([type]) => type === field.type);
    const bits = [field.name, field.source_name].reduce(
      (left, name) => left & (all.get(name)?.bits ?? -1),
      -1,
    );
    if (field.retired || at < 0 || bits & NUMBERS[at]![1]) return [];
    const wider = NUMBERS.slice(at + 1).find(([, bit]) => bits & bit);
    return wider === undefined ? [] : [{ op: "widen", name: field.name, type: wider[0] }];
  });
}

/**
 * Changes the contract where the batch asks for it. False: the dataset is being written to, and the batch waits. What the
 * contract cannot follow (too many fields) is left to the load, which warns of it.
 */
export async function followEvents(
  client: pg.PoolClient,
  datasetId: string,
  bodies: readonly string[],
): Promise<boolean> {
  const { rows } = await client.query<Contract>(
    `select d.columns_evolution as columns, d.types_evolution as types,
            (select jsonb_agg(jsonb_build_object('name', f.name, 'source_name', f.source_name, 'type', f.type,
                      'retired', f.retired_at is not null) order by f.position)
               from data.fields f where f.org_id = d.org_id and f.dataset_id = d.id) as fields
       from data.datasets d
      where d.org_id = private.org_id() and d.id = $1 and 'evolve' in (d.columns_evolution, d.types_evolution)`,
    [datasetId],
  );
  const contract = rows[0];
  if (contract === undefined) return true;
  const all = look(bodies);
  const ops = [
    ...(contract.columns === "evolve" ? added(all, contract.fields) : []),
    ...(contract.types === "evolve" ? widened(all, contract.fields) : []),
  ];
  if (ops.length === 0) return true;
  await client.query("savepoint follow");
  try {
    const followed = await client.query<{ done: boolean }>("select ingest.follow_events($1, $2) as done", [
      datasetId,
      JSON.stringify(ops),
    ]);
    return followed.rows[0]!.done;
  } catch (error) {
    if (!isPgError(error) || !error.code.startsWith("DS")) throw error;
    await client.query("rollback to savepoint follow");
    return true;
  }
}
