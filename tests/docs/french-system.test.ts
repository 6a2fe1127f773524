/** Whatever comes with the product and is shown in the back office has French words, and nothing has that is not there. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { enErasure, enHold, enRetention } from "../../admin/src/i18n/en-compliance.ts";
import { frErasure, frHold, frRetention } from "../../admin/src/i18n/fr-compliance.ts";
import { systemFr } from "../../admin/src/i18n/system-fr.ts";
import { presetNames, readPreset } from "../../lib/connectors/presets.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.drop());

const textsOf = (value: unknown): string[] =>
  typeof value === "string" ? [value] : Object.values(value as object).flatMap(textsOf);

describe("French words", () => {
  it("describe every system role", async () => {
    const { rows } = await db.admin.query<{ key: string }>("select key from access.roles order by 1");
    expect(Object.keys(systemFr.role).sort()).toEqual(rows.map(({ key }) => key));
  });

  it("tell title and description of every system template", async () => {
    const { rows } = await db.admin.query<{ name: string }>(
      "select name from ingest.system_templates order by 1",
    );
    expect(Object.keys(systemFr.template).sort()).toEqual(rows.map(({ name }) => name));
  });

  it("tell every ready-made connector and each of its parameters", async () => {
    const names = await presetNames();
    expect(Object.keys(systemFr.preset).sort()).toEqual(names);
    for (const name of names) {
      const { parameters } = await readPreset(name);
      expect(Object.keys(systemFr.preset[name]!.parameters), name).toEqual(Object.keys(parameters));
    }
  });

  it("are none of them empty", () => {
    expect(textsOf(systemFr).filter((text) => text.trim() === "")).toEqual([]);
  });

  it("take the same values as the English ones, in the rooms of retention, holds and erasure", () => {
    const values = (text: string) => [...text.matchAll(/%\{(\w+)\}/g)].map(([, name]) => name).sort();
    const pairs: [object, object][] = [
      [enRetention, frRetention],
      [enHold, frHold],
      [enErasure, frErasure],
    ];
    for (const [english, french] of pairs) {
      const said = textsOf(french);
      for (const [index, text] of textsOf(english).entries())
        expect([...new Set(values(said[index]!))], text).toEqual([...new Set(values(text))]);
    }
  });
});
