/** What the editor of pipelines opens and saves again is the same definition: nothing that it does not show is lost. */
import { expect, it } from "vitest";
import { definitionOf, draftOf } from "../../admin/src/pipelines/draft.ts";

const output = { dataset: "b", key_fields: ["id"], mode: "snapshot" };
const input = { kind: "dataset", name: "a" };

it.each([
  ["a flow", { input, steps: [{ kind: "select", fields: ["id"] }], output }],
  ["a flow over a range of a column", { input, steps: [], output, range: { type: "date", field: "day" } }],
  [
    "a file's flow over a range",
    {
      input: { kind: "file", format: "csv", bad_records: "skip" },
      steps: [],
      output,
      range: { type: "bigint" },
    },
  ],
  [
    "a model over a range",
    {
      kind: "model",
      sql: "select 1 as id",
      materialized: "incremental",
      dataset: "b",
      key_fields: ["id"],
      cursor: "at",
      range: { type: "timestamptz" },
    },
  ],
])("%s", (_name, definition) => {
  expect(definitionOf(draftOf(definition))).toEqual(definition);
});
