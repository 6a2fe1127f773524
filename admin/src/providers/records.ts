/**
 * The shape of a dataset's records in the organization's own API. Which fields there are and what their types are
 * called is asked of the API itself, a little at a time: its schema grows with the organization's datasets.
 */
import type { Dataset, Field } from "../datasets/types.ts";
import { ApiError } from "./errors.ts";
import { graphql } from "./http.ts";
import { currentSession } from "./session.ts";
import { type Mutation, platformShapes, type Row, type Shape } from "./shapes.ts";

export interface Column {
  /** SQL name, as in the contract; `attribute` is its name in GraphQL. */
  name: string;
  attribute: string;
  type: string;
  /** GraphQL scalar that values are sent as. */
  scalar: string;
  isKey: boolean;
  field: Field | null;
}

export interface Description {
  dataset: Dataset;
  /** The contract's columns by position. */
  columns: Column[];
  /** SQL name and attribute of what identifies a row, in order. */
  key: { name: string; attribute: string }[];
  current: Shape;
  history: Shape;
  asOf: Shape;
}

interface TypeRef {
  kind?: string;
  name: string | null;
  ofType: TypeRef | null;
}
interface RootField {
  name: string;
  args: { name: string; type: TypeRef }[];
  type: TypeRef;
}
interface Root {
  query: RootField[];
  mutation: RootField[];
}

const REF = "kind name ofType { kind name ofType { name ofType { name } } }";
const ROOT_QUERY = `query Root { __schema {
  queryType { fields { name args { name type { ${REF} } } type { ${REF} } } }
  mutationType { fields { name args { name type { ${REF} } } type { ${REF} } } }
} }`;

/** How long a description is believed; contracts change seldom, and a change made here forgets it at once. */
const BELIEVED_MS = 60_000;

interface Kept<T> {
  at: number;
  value: Promise<T>;
}
const kept = new Map<string, Kept<unknown>>();

const keptAs = (key: string): string => `${currentSession()?.org?.id ?? ""} ${key}`;

function remember<T>(key: string, make: () => Promise<T>): Promise<T> {
  const full = keptAs(key);
  const known = kept.get(full) as Kept<T> | undefined;
  if (known && Date.now() - known.at < BELIEVED_MS) return known.value;
  const value = make();
  value.catch(() => kept.delete(full));
  kept.set(full, { at: Date.now(), value });
  return value;
}

export function forgetDescriptions(): void {
  kept.clear();
}

const named = (type: TypeRef): string => type.name ?? (type.ofType ? named(type.ofType) : "");
/** Names compared without case and underscores, which is what the API's naming changes. */
const bare = (name: string): string => name.replaceAll("_", "").toLowerCase();
const camel = (name: string): string =>
  name.replace(/(?<=[a-z0-9])_+([a-z0-9])/gi, (_all, next: string) => next.toUpperCase());

async function fetchRoot(): Promise<Root> {
  type Answer = {
    __schema: { queryType: { fields: RootField[] }; mutationType: { fields: RootField[] } | null };
  };
  const { __schema: schema } = await graphql<Answer>("organization", ROOT_QUERY);
  return { query: schema.queryType.fields, mutation: schema.mutationType?.fields ?? [] };
}

async function fetchAttributes(type: string, inputs: boolean): Promise<{ name: string; scalar: string }[]> {
  const list = inputs ? "inputFields" : "fields";
  type Answer = { __type: Record<string, { name: string; type: TypeRef }[] | null> | null };
  const answer = await graphql<Answer>(
    "organization",
    `query Type($type: String!) { __type(name: $type) { ${list} { name type { ${REF} } } } }`,
    { type },
  );
  return (answer.__type?.[list] ?? []).map((field) => ({ name: field.name, scalar: named(field.type) }));
}

async function fetchDataset(name: string): Promise<{ dataset: Dataset; fields: Field[] }> {
  const found = await graphql<{ datasets: { nodes: Dataset[] } }>(
    "platform",
    `query Dataset($name: String!) {
       datasets(filter: { name: { equalTo: $name } }, first: 1) { nodes { ${platformShapes.datasets!.selection} } }
     }`,
    { name },
  );
  const dataset = found.datasets.nodes[0];
  if (!dataset) {
    throw new ApiError(
      {
        code: "NOT_FOUND",
        message: `There is no dataset ${name} here`,
        hint: "Check the name; it may belong to another organization.",
      },
      404,
    );
  }
  const { fields } = await graphql<{ fields: { nodes: Field[] } }>(
    "platform",
    `query Fields($id: UUID!) {
       fields(filter: { datasetId: { equalTo: $id } }, first: 1000) { nodes { ${platformShapes.fields!.selection} } }
     }`,
    { id: dataset.id },
  );
  const active = fields.nodes.filter((field) => field.retiredAt === null);
  return { dataset, fields: active.sort((a, b) => a.position - b.position) };
}

function findConnection(root: Root, candidates: string[]): RootField | undefined {
  const wanted = new Set(candidates.map(bare));
  return root.query.find((field) => wanted.has(bare(field.name)) && named(field.type).endsWith("Connection"));
}

/** The API's root fields; asked for anew where a dataset was made since they were kept. */
async function rootWith(dataset: string): Promise<Root> {
  const root = await remember("root", fetchRoot);
  if (findConnection(root, [`${dataset}_as_of`])) return root;
  kept.delete(keptAs("root"));
  return remember("root", fetchRoot);
}

/** The root field that lists a dataset's rows, its versions, or its rows at a moment. */
function connectionOf(root: Root, candidates: string[]): RootField {
  const found = findConnection(root, candidates);
  if (found) return found;
  throw new ApiError(
    {
      code: "NOT_FOUND",
      message: `The organization's API has no ${candidates[0]}`,
      hint: "It may still be being made; try again in a moment.",
    },
    404,
  );
}

const inputType = (field: RootField, argument: string): string => {
  const found = field.args.find((one) => one.name === argument);
  return found ? named(found.type) : "";
};

function shapeOfField(field: RootField, attributes: string[], key: string[]): Shape {
  return {
    api: "organization",
    connection: field.name,
    filterType: inputType(field, "filter"),
    orderType: inputType(field, "orderBy"),
    selection: attributes.join(" "),
    key,
    nested: true,
  };
}

const PAGING = new Set(["first", "last", "offset", "before", "after", "condition", "filter", "orderBy"]);

/** The argument of the as-of function, whatever the API calls it. */
function momentOf(field: RootField): { argument: string; type: string } {
  const found = field.args.find((one) => !PAGING.has(one.name));
  if (!found) return { argument: "at", type: "Datetime" };
  return { argument: found.name, type: named(found.type) + (found.type.kind === "NON_NULL" ? "!" : "") };
}

async function mutationOf(root: Root, verb: string, type: string): Promise<Mutation | undefined> {
  const field = root.mutation.find((one) => new RegExp(`^${verb}${type}(By[A-Z].*)?$`).test(one.name));
  if (!field) return undefined;
  const input = inputType(field, "input");
  const inputs = await fetchAttributes(input, true);
  const resultField = type.charAt(0).toLowerCase() + type.slice(1);
  const values =
    inputs.find((one) => /patch$/i.test(one.name)) ?? inputs.find((one) => one.name === resultField);
  return { field: field.name, inputType: input, valuesField: values?.name ?? resultField, resultField };
}

const CURRENT = [
  "composite_key",
  "version",
  "change_type",
  "changed_fields",
  "valid_from",
  "changed_by",
  "run_id",
  "source_line",
];
const HISTORY = [...CURRENT, "valid_to", "previous_version"];

async function makeDescription(name: string): Promise<Description> {
  const [{ dataset, fields }, root] = await Promise.all([fetchDataset(name), rootWith(name)]);
  const current = connectionOf(root, [name, `${name}s`, `${name}es`, name.replace(/y$/, "ies")]);
  const history = connectionOf(root, [`${name}_history`, `${name}_histories`]);
  const asOf = connectionOf(root, [`${name}_as_of`]);
  const type = named(current.type).replace(/Connection$/, "");
  const known = await fetchAttributes(type, false);
  const attributeOf = (column: string) =>
    known.find((one) => one.name === camel(column)) ?? known.find((one) => bare(one.name) === bare(column));
  const keyNames = dataset.keyFields.length > 0 ? dataset.keyFields : ["file_id", "source_line"];
  const key = keyNames.map((column) => ({
    name: column,
    attribute: attributeOf(column)?.name ?? camel(column),
  }));
  const columns = fields.flatMap((field): Column[] => {
    const attribute = attributeOf(field.name);
    if (!attribute) return [];
    const isKey = keyNames.includes(field.name);
    return [
      {
        name: field.name,
        attribute: attribute.name,
        type: field.type,
        scalar: attribute.scalar,
        isKey,
        field,
      },
    ];
  });
  const keyAttributes = key.map((one) => one.attribute);
  const select = (system: string[]) => [
    ...new Set([
      ...keyAttributes,
      ...columns.map((column) => column.attribute),
      ...system.map((one) => camel(one)),
    ]),
  ];
  const scalars = Object.fromEntries(known.map((one) => [one.name, one.scalar]));
  const [create, update, remove] = await Promise.all(
    ["create", "update", "delete"].map((verb) => mutationOf(root, verb, type)),
  );
  const base = shapeOfField(current, select(CURRENT), keyAttributes);
  return {
    dataset,
    columns,
    key,
    current: {
      ...base,
      scalars,
      ...(create ? { create } : {}),
      ...(update ? { update } : {}),
      ...(remove ? { remove } : {}),
    },
    history: { ...shapeOfField(history, select(HISTORY), [...keyAttributes, "version"]), scalars },
    asOf: { ...shapeOfField(asOf, select(CURRENT), keyAttributes), scalars, moment: momentOf(asOf) },
  };
}

export function describe(name: string): Promise<Description> {
  return remember(`dataset ${name}`, () => makeDescription(name));
}

export async function recordShape(name: string, kind: "current" | "history" | "asOf"): Promise<Shape> {
  return (await describe(name))[kind];
}

/** A text as the scalar that the API wants; null where it is empty. */
export function toScalar(scalar: string, text: string): unknown {
  if (text === "") return null;
  if (scalar === "Int" || scalar === "Float") return Number.isNaN(Number(text)) ? text : Number(text);
  if (scalar === "Boolean") return text === "true";
  return text;
}

/** The row's key by SQL names, as data.restore_row wants it. */
export function sqlKey(description: Description, row: Row): Row {
  return Object.fromEntries(description.key.map(({ name, attribute }) => [name, row[attribute]]));
}
