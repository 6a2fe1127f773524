/** What the data provider must know of a GraphQL type to list, read and change its records. */
import type { RaRecord } from "react-admin";
import type { Api } from "./http.ts";

export type Row = Record<string, unknown>;

export interface Mutation {
  /** Root field, the type of its input, and the input's field that holds the values. */
  field: string;
  inputType: string;
  valuesField: string;
  /** Field of the payload that holds the row. */
  resultField: string;
}

export interface Shape {
  api: Api;
  /** Root field of the connection. */
  connection: string;
  filterType: string;
  orderType: string;
  /** Selection set of one row. */
  selection: string;
  /** Attributes that identify a row within its organization, in order. */
  key: readonly string[];
  create?: Mutation;
  update?: Mutation;
  remove?: Omit<Mutation, "valuesField">;
  /** Rows are kept apart from the record's own `id` where their columns are anybody's choice. */
  nested?: boolean;
  /** Argument that names the moment, and its type, where rows are read as they were. */
  moment?: { argument: string; type: string };
  /** GraphQL scalars by attribute, where filters are typed by people and must be sent as the right one. */
  scalars?: Record<string, string>;
}

/** A record's id: the key's value, or for a key of several the JSON of their list. */
export function idOf(shape: Shape, row: Row): string {
  if (shape.key.length === 1 && !shape.nested) return String(row[shape.key[0]!]);
  return JSON.stringify(shape.key.map((attribute) => row[attribute] ?? null));
}

/** The key's values behind an id, by attribute. */
export function keyOf(shape: Shape, id: unknown): Row {
  if (shape.key.length === 1 && !shape.nested) return { [shape.key[0]!]: id };
  const values: unknown = JSON.parse(String(id));
  if (!Array.isArray(values) || values.length !== shape.key.length)
    throw new Error(`not a key: ${String(id)}`);
  return Object.fromEntries(shape.key.map((attribute, index) => [attribute, values[index]]));
}

export function toRecord(shape: Shape, row: Row): RaRecord {
  return shape.nested ? { id: idOf(shape, row), row } : { ...row, id: idOf(shape, row) };
}

const platform = (type: string, connection: string, key: string[], selection: string): Shape => ({
  api: "platform",
  connection,
  filterType: `${type}Filter`,
  orderType: `${type}OrderBy`,
  selection,
  key,
});

export const RUN_SELECTION = `id fileId datasetId datasetName mode keyFields status step contractVersion bytesTotal
  bytesDone readRows insertedRows updatedRows unchangedRows deletedRows rejectedRows duplicateRows error attempts
  replayOf requestedBy createdAt startedAt finishedAt`;

/** Rooms of the back office, by resource name. */
export const platformShapes: Record<string, Shape> = {
  datasets: platform(
    "Dataset",
    "datasets",
    ["id"],
    `id name title description tags sensitivity keyFields defaultMode contractVersion maxRejectedShare gateMinRows rowCount lastRunId
     loadedAt createdBy createdAt updatedAt`,
  ),
  fields: platform(
    "Field",
    "fields",
    ["datasetId", "name"],
    `datasetId name sourceName position type required minimum maximum pattern allowedValues notInFuture
     referencesDataset referencesField nullTokens description tags retiredAt`,
  ),
  contracts: platform(
    "Contract",
    "contracts",
    ["datasetId", "version"],
    "datasetId version fields change createdBy createdAt",
  ),
  runs: platform("Run", "runs", ["id"], RUN_SELECTION),
  runSteps: platform(
    "RunStep",
    "runSteps",
    ["runId", "step", "attempt"],
    "runId step attempt status startedAt finishedAt detail",
  ),
  files: platform(
    "File",
    "files",
    ["id"],
    "id datasetName fileName sizeBytes duplicateOf uploadedBy createdAt",
  ),
  rejectedRows: platform(
    "RejectedRow",
    "rejectedRows",
    ["runId", "line"],
    "runId line datasetId raw record status replayRun createdAt",
  ),
  rowIssues: platform(
    "RowIssue",
    "rowIssues",
    ["runId", "line", "rule", "columnName"],
    "runId line columnName rule severity rejected value message remedy",
  ),
  users: platform("User", "users", ["id"], "id email displayName"),
  members: platform(
    "Member",
    "members",
    ["userId"],
    "userId email displayName roleKey roleRank ownRoles attributes status source createdAt",
  ),
};
