/** Contracts out of and into the Open Data Contract Standard: `cadastre contract export|import`. */
import { readFile, writeFile } from "node:fs/promises";
import type pg from "pg";
import { parse, stringify } from "yaml";
import { toOdcs } from "../../lib/contract/odcs/export.ts";
import { fromOdcs } from "../../lib/contract/odcs/import.ts";
import type { ContractField, DatasetContract } from "../../lib/contract/odcs/types.ts";
import type { Rule } from "../../lib/quality/rule.ts";
import { fail, type OrgRow, type Output } from "../command.ts";

const MAX_FILE_BYTES = 10 * 1024 * 1024;

interface Row {
  id: string;
  name: string;
  title: string;
  description: string;
  key_fields: string[];
  default_mode: string;
  contract_version: number;
  fields: Record<string, unknown>[];
  rules: Rule[] | null;
}

async function readDatasets(client: pg.PoolClient, names: readonly string[]): Promise<Row[]> {
  const { rows } = await client.query<Row>(
    `select d.id, d.name, d.title, d.description, d.key_fields, d.default_mode, d.contract_version,
            (select json_agg(json_strip_nulls(json_build_object(
                      'name', f.name, 'sourceName', f.source_name, 'sourceAliases', nullif(f.source_aliases, '{}'), 'type', f.type,
                      'required', f.required, 'minimum', f.minimum, 'maximum', f.maximum, 'pattern', f.pattern,
                      'allowedValues', f.allowed_values, 'notInFuture', nullif(f.not_in_future, false), 'nullTokens', f.null_tokens,
                      'references', (select json_build_object('dataset', r.name, 'field', f.references_field)
                                       from data.datasets r where r.org_id = f.org_id and r.id = f.references_dataset),
                      'description', nullif(f.description, ''), 'tags', nullif(f.tags, '{}'))) order by f.position)
               from data.fields f where f.org_id = d.org_id and f.dataset_id = d.id and f.retired_at is null) as fields,
            (select json_agg(json_strip_nulls(json_build_object(
                      'name', r.name, 'kind', v.kind, 'fields', v.fields, 'parameters', v.parameters, 'severity', v.severity, 'scope', v.scope,
                      'action', v.action, 'dimension', v.dimension, 'max_failures', v.max_failures, 'max_share', v.max_share,
                      'tags', nullif(v.tags, '{}'), 'description', nullif(v.description, ''))) order by r.name)
               from quality.rules r join quality.rule_versions v on v.org_id = r.org_id and v.rule_id = r.id and v.version = r.deployed_version
              where r.org_id = d.org_id and r.dataset_id = d.id and r.enabled) as rules
       from data.datasets d where cardinality($1::text[]) = 0 or d.name = any ($1) order by d.name`,
    [names],
  );
  const missing = names.find((name) => !rows.some((row) => row.name === name));
  if (missing)
    fail("NOT_FOUND", `there is no dataset ${missing}`, "cadastre dataset show lists one's fields.");
  if (rows.length === 0) fail("NOT_FOUND", "the organization has no datasets", "Load a file first.");
  return rows;
}

function contractOf(row: Row): DatasetContract {
  return {
    name: row.name,
    title: row.title,
    description: row.description,
    keyFields: row.key_fields,
    mode: row.default_mode,
    fields: row.fields as unknown as ContractField[],
    ...(row.rules ? { rules: row.rules } : {}),
  };
}

/** Writes the contract of one, several or all datasets, as YAML (JSON with --json), to a file or the output. */
export async function exportContract(
  client: pg.PoolClient,
  org: OrgRow,
  names: readonly string[],
  file: string | undefined,
  output: Output,
): Promise<number> {
  const rows = await readDatasets(client, names);
  const [only] = rows;
  const one = rows.length === 1 ? only! : null;
  const contract = toOdcs(
    {
      id: one?.id ?? org.id,
      name: one?.name ?? org.slug,
      tenant: org.slug,
      version: one?.contract_version ?? Math.max(...rows.map((row) => row.contract_version)),
      description: one?.description ?? "",
    },
    rows.map(contractOf),
  );
  if (file === undefined) {
    output.print(contract, stringify(contract).trimEnd());
    return 0;
  }
  const text = output.json ? `${JSON.stringify(contract, null, 2)}\n` : stringify(contract);
  await writeFile(file, text);
  output.print({ file, datasets: rows.map((row) => row.name) }, `${file}: ${rows.length} datasets`);
  return 0;
}

/** What makes an existing dataset's contract the file's: fields added, widened, and their rules. */
function changesFor(row: Row, wanted: DatasetContract, notes: string[]): Record<string, unknown>[] {
  const changes: Record<string, unknown>[] = [];
  for (const field of wanted.fields) {
    const own = row.fields.find((one) => one.name === field.name);
    if (own === undefined) {
      changes.push({ op: "add", field });
      continue;
    }
    if (own.type !== field.type) changes.push({ op: "widen", name: field.name, type: field.type });
    const { tags: _t, type: _y, ...rules } = field;
    changes.push({ op: "rules", name: field.name, field: rules });
  }
  for (const field of row.fields)
    if (!wanted.fields.some((one) => one.name === field.name))
      notes.push(`${row.name}.${String(field.name)} is not in the contract and stays`);
  return changes;
}

async function setTags(client: pg.PoolClient, id: string, { fields }: DatasetContract): Promise<void> {
  const tagged = fields.filter((field) => field.tags?.length);
  if (tagged.length === 0) return;
  const tags = Object.fromEntries(tagged.map((field) => [field.name, field.tags]));
  await client.query("select from data.set_protection($1, null, null, null, $2)", [id, JSON.stringify(tags)]);
}

/**
 * The rules that were deployed where the contract was written, saved and deployed here. A rule that is SQL reads what it
 * likes in the name of whoever saves it, so somebody looks at it first: it stays a draft.
 */
async function setRules(
  client: pg.PoolClient,
  id: string,
  wanted: DatasetContract,
  notes: string[],
): Promise<void> {
  for (const rule of wanted.rules ?? []) {
    await client.query("select quality.put_rule($1, $2, 'odcs')", [id, JSON.stringify(rule)]);
    if (rule.kind === "sql")
      notes.push(`${wanted.name}: the rule ${rule.name} is SQL: look at it, then rules deploy ${rule.name}`);
    else await client.query("select quality.deploy_rule($1, $2)", [id, rule.name]);
  }
}

/** Datasets that others refer to come first. A circle is left as it is: the database says which reference is missing. */
function inOrder(datasets: readonly DatasetContract[]): DatasetContract[] {
  const done = new Set<string>();
  const left = [...datasets];
  const ordered: DatasetContract[] = [];
  const waits = ({ name, fields }: DatasetContract) =>
    fields.some(
      ({ references }) =>
        references &&
        references.dataset !== name &&
        !done.has(references.dataset) &&
        left.some((other) => other.name === references.dataset),
    );
  while (left.length > 0) {
    const at = Math.max(
      0,
      left.findIndex((one) => !waits(one)),
    );
    const [next] = left.splice(at, 1);
    done.add(next!.name);
    ordered.push(next!);
  }
  return ordered;
}

/** References within the contract that lead to what is not there, here or in it, are left out with a word. */
function withoutLooseReferences(
  datasets: readonly DatasetContract[],
  existing: readonly Row[],
  notes: string[],
): DatasetContract[] {
  const known = (dataset: string, field: string): boolean =>
    datasets.some((one) => one.name === dataset && one.fields.some((f) => f.name === field)) ||
    existing.some((one) => one.name === dataset && one.fields.some((f) => f.name === field));
  return datasets.map((dataset) => ({
    ...dataset,
    fields: dataset.fields.map((field) => {
      const { references, ...rest } = field;
      if (!references || (known(references.dataset, references.field) && references.dataset !== dataset.name))
        return field;
      notes.push(
        `${dataset.name}.${field.name}: its reference to ${references.dataset}.${references.field} is left out`,
      );
      return rest;
    }),
  }));
}

/** Makes the contract's datasets, or brings existing ones to it, all or none. */
export async function importContract(
  client: pg.PoolClient,
  file: string,
  dataset: string | undefined,
  output: Output,
): Promise<number> {
  const text = await readFile(file).catch(() => fail("NOT_FOUND", `there is no file ${file}`));
  if (text.length > MAX_FILE_BYTES) fail("TOO_LARGE", `${file} has more than ${MAX_FILE_BYTES} bytes`);
  let content: unknown;
  try {
    content = parse(text.toString("utf8"), { maxAliasCount: 100 });
  } catch (error) {
    fail("BAD_INPUT", `${file} is neither YAML nor JSON: ${(error as Error).message.split("\n")[0]}`);
  }
  const { datasets, notes } = fromOdcs(content);
  if (dataset !== undefined && datasets.length !== 1) {
    fail(
      "USAGE",
      `the contract has ${datasets.length} tables`,
      "Leave --dataset out: they keep their names.",
    );
  }
  const named = dataset === undefined ? datasets : [{ ...datasets[0]!, name: dataset }];
  const { rows: all } = await client.query<{ n: number }>("select count(*)::int as n from data.datasets");
  const existing = all[0]!.n === 0 ? [] : await readDatasets(client, []);
  const done: { name: string; made: boolean }[] = [];
  const made: { id: string; wanted: DatasetContract }[] = [];
  for (const wanted of inOrder(withoutLooseReferences(named, existing, notes))) {
    const row = existing.find((one) => one.name === wanted.name);
    let id = row?.id;
    if (row === undefined) {
      const { rows } = await client.query<{ id: string }>(
        "select id from data.create_dataset($1, $2, $3, $4, $5, $6)",
        [
          wanted.name,
          JSON.stringify(wanted.fields),
          wanted.keyFields,
          wanted.mode ?? null,
          wanted.title,
          wanted.description,
        ],
      );
      id = rows[0]!.id;
    } else {
      const changes = changesFor(row, wanted, notes);
      if (wanted.keyFields.join() !== row.key_fields.join())
        notes.push(`${row.name}: its key stays (${row.key_fields.join(", ")})`);
      await client.query("select from data.alter_dataset($1, $2, $3)", [
        row.id,
        JSON.stringify(changes),
        "imported contract",
      ]);
    }
    await setTags(client, id!, wanted);
    done.push({ name: wanted.name, made: row === undefined });
    made.push({ id: id!, wanted });
  }
  // Rules may name datasets that come later in the contract.
  for (const { id, wanted } of made) await setRules(client, id, wanted, notes);
  const lines = done.map(({ name, made }) => `${name}: ${made ? "created" : "changed"}`);
  output.print({ datasets: done, notes }, [...lines, ...notes.map((note) => `  note: ${note}`)].join("\n"));
  return 0;
}
