/** Whatever comes with the product and is shown in the back office has French words, and nothing has that is not there. */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { enErasure, enHold, enRetention } from "../../admin/src/i18n/en-compliance.ts";
import { enFormat, enSet } from "../../admin/src/i18n/en-rule-sets.ts";
import { frErasure, frHold, frRetention } from "../../admin/src/i18n/fr-compliance.ts";
import { frFormat, frSet } from "../../admin/src/i18n/fr-rule-sets.ts";
import { phrasesFr } from "../../admin/src/i18n/phrases-fr.ts";
import { systemFr } from "../../admin/src/i18n/system-fr.ts";
import { inWords, speak } from "../../admin/src/providers/in-language.ts";
import { FORMATS } from "../../admin/src/quality/kinds.ts";
import { presetNames, readPreset } from "../../lib/connectors/presets.ts";
import { projectRoot } from "../../lib/db/urls.ts";
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

  it("tell every system rule set, and of each rule what it goes by", async () => {
    const { rows } = await db.admin.query<{ name: string; rules: { name: string }[] }>(
      "select name, rules from quality.system_rule_sets order by 1",
    );
    expect(Object.keys(systemFr.rule_set).sort()).toEqual(rows.map(({ name }) => name));
    for (const { name, rules } of rows)
      expect(Object.keys(systemFr.rule_set[name]!.rules), name).toEqual(rules.map((rule) => rule.name));
  });

  it("name every format that rules know, in the form and in what rules say of rows", async () => {
    const known = await readFile(path.join(projectRoot, "docs", "reference", "rule-sets.md"), "utf8");
    const formats = [
      ...known
        .split("## Formats")[1]!
        .split("\n\n")[2]!
        .matchAll(/`(\w+)`/g),
    ].map(([, name]) => name!);
    expect([...FORMATS].sort()).toEqual(formats.toSorted());
    expect(Object.keys(frFormat).sort()).toEqual(formats.toSorted());
    expect(Object.keys(enFormat).sort()).toEqual(formats.toSorted());
    speak({ codes: {}, sentences: [], phrases: phrasesFr });
    for (const format of formats) {
      // As quality.compile_rule says it.
      const said = inWords(`x must be a valid ${format.replaceAll("_", " ")}`);
      expect(said).toBe(`x doit être valable comme ${frFormat[format as keyof typeof frFormat]}`);
    }
    speak(null);
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
      [enSet, frSet],
    ];
    for (const [english, french] of pairs) {
      const said = textsOf(french);
      for (const [index, text] of textsOf(english).entries())
        expect([...new Set(values(said[index]!))], text).toEqual([...new Set(values(text))]);
    }
  });
});
