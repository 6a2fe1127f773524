/** Contracts in the Open Data Contract Standard: valid by its schema, there and back without loss, foreign ones read. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { Ajv2019 } from "ajv/dist/2019.js";
import formats from "ajv-formats";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { toOdcs } from "../../lib/contract/odcs/export.ts";
import { fromOdcs } from "../../lib/contract/odcs/import.ts";
import type { ContractField, DatasetContract } from "../../lib/contract/odcs/types.ts";

const folder = path.join(import.meta.dirname, "../../../shared/data/standards/odcs");
const without = "skipped where ../shared/data is absent";

const fieldArbitrary = (name: string): fc.Arbitrary<ContractField> =>
  fc
    .record(
      {
        type: fc.constantFrom(
          "text",
          "integer",
          "bigint",
          "numeric",
          "numeric(12,2)",
          "boolean",
          "date",
          "timestamptz",
          "time",
          "uuid",
          "jsonb",
          "text[]",
        ),
        sourceName: fc.constantFrom(name, `The ${name}`, "Größe (cm)"),
        sourceAliases: fc.constantFrom(["Old name"], ["a", "b"]),
        required: fc.constant(true),
        minimum: fc.constantFrom("1", "-2.5", "9007199254740993", "2020-01-01", "00:30"),
        maximum: fc.constantFrom("7", "1e3", "99999999999999999999", "2030-12-31"),
        pattern: fc.constantFrom("[A-Z]{2}[0-9]+", ".{0,5}"),
        allowedValues: fc.constantFrom(["a", "b"], ["1"], [""]),
        notInFuture: fc.constant(true),
        nullTokens: fc.constantFrom([], ["-"], ["NA", ""]),
        description: fc.constantFrom("what it is", "zwei\nZeilen"),
        tags: fc.constantFrom(["pii"], ["a.b", "c-d"]),
        references: fc.constant({ dataset: "other", field: "id" }),
      },
      { requiredKeys: ["type", "sourceName"] },
    )
    .map((field) => ({ name, ...field }) as ContractField);

const contractArbitrary: fc.Arbitrary<DatasetContract> = fc
  .integer({ min: 1, max: 6 })
  .chain((size) =>
    fc.record({
      name: fc.constantFrom("orders", "t_1"),
      title: fc.constantFrom("", "Orders"),
      description: fc.constantFrom("", "All of them"),
      keyFields: fc.subarray(
        Array.from({ length: size }, (_, i) => `f${i}`),
        { minLength: 0 },
      ),
      mode: fc.constantFrom("upsert", "snapshot", "append"),
      fields: fc.tuple(...Array.from({ length: size }, (_, i) => fieldArbitrary(`f${i}`))),
    }),
  )
  .map((contract) => ({
    ...contract,
    // Key fields are required, as the database has them.
    fields: contract.fields.map((field) =>
      contract.keyFields.includes(field.name) ? { ...field, required: true } : field,
    ),
  }));

const head = {
  id: "5f3a4f0e-0000-4000-8000-000000000000",
  name: "orders",
  tenant: "acme",
  version: 3,
  description: "",
};

describe("a contract of ours", () => {
  it("goes out and comes back the same, whatever it says", () => {
    fc.assert(
      fc.property(contractArbitrary, (contract) => {
        const back = fromOdcs(JSON.parse(JSON.stringify(toOdcs(head, [contract]))));
        expect(back.notes).toEqual([]);
        expect(back.datasets).toEqual([contract]);
      }),
      { numRuns: 300 },
    );
  });

  it.skipIf(!existsSync(folder))(`is valid by the standard's schema (${without})`, () => {
    const ajv = new Ajv2019({ strict: false, allErrors: false });
    formats.default(ajv);
    const schema = JSON.parse(readFileSync(path.join(folder, "odcs-json-schema-v3.1.0.json"), "utf8"));
    const validate = ajv.compile(schema);
    fc.assert(
      fc.property(contractArbitrary, (contract) => {
        const document = toOdcs({ ...head, description: contract.description }, [contract]);
        expect(validate(document), JSON.stringify(validate.errors)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});

describe.skipIf(!existsSync(folder))(`the standard's own examples (${without})`, () => {
  const examples = existsSync(folder) ? readdirSync(path.join(folder, "examples")) : [];
  const read = (name: string) => parse(readFileSync(path.join(folder, "examples", name), "utf8"));
  it("are read, or refused because they describe no table; and what is read goes there and back", () => {
    const refused: string[] = [];
    for (const name of examples) {
      const document = read(name);
      if (!document.schema?.some((one: { properties?: unknown[] }) => one.properties?.length)) {
        expect(() => fromOdcs(document), name).toThrow(/schema|no table with properties/);
        refused.push(name);
        continue;
      }
      const { datasets } = fromOdcs(document);
      expect(fromOdcs(toOdcs(head, datasets)).datasets, name).toEqual(datasets);
    }
    expect(examples.length - refused.length).toBeGreaterThan(8);
  });

  it("keep their types, keys, bounds and references, and say what is left out", () => {
    const full = fromOdcs(read("full-example.odcs.yaml"));
    expect(full.datasets.map(({ name, keyFields }) => [name, keyFields])).toEqual([
      ["tbl", ["rcvr_id"]],
      ["receivers", ["id", "country_code"]],
    ]);
    expect(full.datasets[0]!.fields[0]).toMatchObject({
      name: "transaction_reference_date",
      sourceName: "txn_ref_dt",
      type: "date",
    });
    expect(full.datasets[0]!.fields[1]!.references).toEqual({ dataset: "receivers", field: "id" });
    expect(full.datasets[0]!.fields[2]!.required).toBe(true);
    expect(full.notes).toEqual(
      expect.arrayContaining(["servers is left out", "tbl: the check rowCount is left out"]),
    );
    const types = fromOdcs(read("all-data-types.odcs.yaml")).datasets[0]!.fields;
    expect(types.map(({ name, type }) => [name, type])).toEqual([
      ["account_id", "text"],
      ["txn_ref_date", "date"],
      ["txn_timestamp", "timestamptz"],
      ["txn_timestamp_tz", "timestamptz"],
      ["txn_time", "time"],
      ["amount", "numeric"],
      ["age", "bigint"],
      ["is_open", "boolean"],
      ["latest_txns", "jsonb"],
      ["customer_details", "jsonb"],
    ]);
    expect(types[0]!.pattern).toBe("ACC[0-9]{8}");
    expect(types[1]).toMatchObject({ maximum: "2021-01-01" });
  });
});
