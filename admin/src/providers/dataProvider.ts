/** react-admin's data provider over PostGraphile: rooms of the platform API, and `records/<dataset>` of the organization's. */
import type { DataProvider, GetListParams, Identifier, RaRecord } from "react-admin";
import { ApiError } from "./errors.ts";
import { filterOf, keysFilter, orderOf } from "./filters.ts";
import { graphql } from "./http.ts";
import { inOneAct } from "./reasons.ts";
import { recordShape } from "./records.ts";
import { idOf, keyOf, type Mutation, platformShapes, type Row, type Shape, toRecord } from "./shapes.ts";

/** As many as react-admin asks for at once (an export asks for 1,000). */
const MAX_PAGE = 1000;

async function shapeOf(resource: string, meta?: { asOf?: string | null }): Promise<Shape> {
  const dataset = /^(records|versions)\/(.+)$/.exec(resource);
  if (dataset) {
    const kind = dataset[1] === "versions" ? "history" : meta?.asOf ? "asOf" : "current";
    return recordShape(dataset[2]!, kind);
  }
  const shape = platformShapes[resource];
  if (!shape) throw new Error(`unknown resource ${resource}`);
  return shape;
}

interface Page {
  connection: { nodes: Row[]; totalCount: number } | null;
}

interface Wanted {
  filter: Row | undefined;
  orderBy?: string[];
  first: number;
  offset?: number;
  at?: string | null | undefined;
  signal?: AbortSignal | undefined;
}

async function fetchRows(shape: Shape, wanted: Wanted): Promise<{ rows: Row[]; total: number }> {
  const { moment } = shape;
  const asOf = moment
    ? { declare: `, $at: ${moment.type}`, pass: `${moment.argument}: $at, ` }
    : { declare: "", pass: "" };
  // Functions, such as rows at a moment, bring their own order.
  const order = shape.orderType
    ? { declare: `, $orderBy: [${shape.orderType}!]`, pass: ", orderBy: $orderBy" }
    : { declare: "", pass: "" };
  const query = `query List($first: Int, $offset: Int, $filter: ${shape.filterType}${order.declare}${asOf.declare}) {
    connection: ${shape.connection}(${asOf.pass}first: $first, offset: $offset, filter: $filter${order.pass}) {
      totalCount
      nodes { ${shape.selection} }
    }
  }`;
  // What is undefined is left out of the JSON: the API takes a missing filter, not a null one.
  const variables = {
    first: Math.min(wanted.first, MAX_PAGE),
    offset: wanted.offset,
    filter: wanted.filter,
    orderBy: shape.orderType ? wanted.orderBy : undefined,
    ...(moment ? { at: wanted.at } : {}),
  };
  const { connection } = await graphql<Page>(shape.api, query, variables, wanted.signal);
  return { rows: connection?.nodes ?? [], total: connection?.totalCount ?? 0 };
}

async function getList(
  resource: string,
  params: GetListParams,
): Promise<{ data: RaRecord[]; total: number }> {
  const shape = await shapeOf(resource, params.meta);
  const { page = 1, perPage = 25 } = params.pagination ?? {};
  const field = params.sort?.field.replace(/^row\./, "");
  const { rows, total } = await fetchRows(shape, {
    filter: filterOf((params.filter ?? {}) as Row, shape.scalars),
    orderBy: orderBy(shape, field, params.sort?.order),
    first: perPage,
    offset: (page - 1) * perPage,
    at: params.meta?.asOf,
    signal: params.signal,
  });
  return { data: rows.map((row) => toRecord(shape, row)), total };
}

// `id` is react-admin's word for the key. The key always follows, so that pages never overlap.
function orderBy(shape: Shape, field: string | undefined, order: "ASC" | "DESC" = "ASC"): string[] {
  const keyed = shape.key.map((attribute) => orderOf(attribute, order));
  const byKey = !field || (field === "id" && (shape.nested || !shape.key.includes("id")));
  if (byKey) return keyed;
  return [
    orderOf(field, order),
    ...shape.key.filter((key) => key !== field).map((key) => orderOf(key, "ASC")),
  ];
}

async function getMany(resource: string, ids: Identifier[], signal?: AbortSignal): Promise<RaRecord[]> {
  if (ids.length === 0) return [];
  const shape = await shapeOf(resource);
  const keys = ids.map((id) => keyOf(shape, id));
  const { rows } = await fetchRows(shape, { filter: keysFilter(keys), first: ids.length, signal });
  return rows.map((row) => toRecord(shape, row));
}

async function getOne(resource: string, id: Identifier, signal?: AbortSignal): Promise<RaRecord> {
  const [record] = await getMany(resource, [id], signal);
  if (record) return record;
  throw new ApiError(
    {
      code: "NOT_FOUND",
      message: "There is no such record here",
      hint: "It may have been deleted, or belong to another organization.",
    },
    404,
  );
}

/** Runs a mutation. A null row means that the database hid it: nothing was changed, and that is an error here. */
async function mutate(
  shape: Shape,
  mutation: Omit<Mutation, "valuesField">,
  input: Row,
  reason?: string,
): Promise<Row> {
  const query = `mutation Change($input: ${mutation.inputType}!) {
    result: ${mutation.field}(input: $input) { row: ${mutation.resultField} { ${shape.selection} } }
  }`;
  const { result } = await graphql<{ result: { row: Row | null } | null }>(
    shape.api,
    query,
    { input },
    undefined,
    reason,
  );
  if (result?.row) return result.row;
  throw new ApiError(
    {
      code: "FORBIDDEN",
      message: "Nothing was changed: the row is gone, or you may not change it",
      hint: "Reload the page; ask an administrator if you need more rights.",
    },
    403,
  );
}

function needed<T>(mutation: T | undefined, resource: string): T {
  if (mutation) return mutation;
  throw new ApiError({ code: "FORBIDDEN", message: `${resource} cannot be changed that way` }, 403);
}

const rowOf = (shape: Shape, data: unknown): Row => {
  const record = (data ?? {}) as Row;
  return shape.nested ? ((record.row ?? {}) as Row) : record;
};

/** Only what differs: the API must not be asked to write columns nobody touched. */
function changes(after: Row, before: Row, key: readonly string[]): Row {
  const differs = (name: string) =>
    JSON.stringify(after[name] ?? null) !== JSON.stringify(before[name] ?? null);
  return Object.fromEntries(Object.entries(after).filter(([name]) => !key.includes(name) && differs(name)));
}

async function updateOne(
  resource: string,
  id: Identifier,
  data: unknown,
  before: unknown,
  reason?: string,
): Promise<RaRecord> {
  const shape = await shapeOf(resource);
  const update = needed(shape.update, resource);
  const values = changes(rowOf(shape, data), rowOf(shape, before), shape.key);
  if (Object.keys(values).length === 0) return getOne(resource, id);
  const row = await mutate(shape, update, { ...keyOf(shape, id), [update.valuesField]: values }, reason);
  return toRecord(shape, row);
}

async function removeOne(resource: string, id: Identifier): Promise<RaRecord> {
  const shape = await shapeOf(resource);
  const row = await mutate(shape, needed(shape.remove, resource), keyOf(shape, id));
  return toRecord(shape, row);
}

async function createOne(resource: string, data: unknown, reason?: string): Promise<RaRecord> {
  const shape = await shapeOf(resource);
  const create = needed(shape.create, resource);
  const row = await mutate(shape, create, { [create.valuesField]: rowOf(shape, data) }, reason);
  return { ...toRecord(shape, row), id: idOf(shape, row) };
}

/** One after the other: the first refusal stops, and says which. */
async function each(
  ids: Identifier[],
  work: (id: Identifier) => Promise<unknown>,
): Promise<{ data: Identifier[] }> {
  return inOneAct(async () => {
    for (const id of ids) await work(id);
    return { data: ids };
  });
}

// react-admin's methods are generic in the caller's record type, which only the caller knows.
export const dataProvider = {
  supportAbortSignal: true,
  getList,
  getOne: async (resource, { id, signal }) => ({ data: await getOne(resource, id, signal) }),
  getMany: async (resource, { ids, signal }) => ({ data: await getMany(resource, ids, signal) }),
  getManyReference: (resource, { target, id, filter, ...params }) =>
    getList(resource, { ...params, filter: { ...filter, [target]: id } }),
  create: async (resource, { data, meta }) => ({ data: await createOne(resource, data, meta?.reason) }),
  update: async (resource, { id, data, previousData, meta }) => ({
    data: await updateOne(resource, id, data, previousData, meta?.reason),
  }),
  updateMany: (resource, { ids, data }) => each(ids, (id) => updateOne(resource, id, data, {})),
  delete: async (resource, { id }) => ({ data: await removeOne(resource, id) }),
  deleteMany: (resource, { ids }) => each(ids, (id) => removeOne(resource, id)),
} as DataProvider;
