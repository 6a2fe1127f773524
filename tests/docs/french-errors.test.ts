/** Every error that people meet in the back office has a French sentence; every sentence of the catalog is one of the code's. */
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { permissionsFr } from "../../admin/src/i18n/permissions-fr.ts";
import { phrasesFr } from "../../admin/src/i18n/phrases-fr.ts";
import { problemsFr } from "../../admin/src/i18n/problems-fr.ts";
import { sentencesFr } from "../../admin/src/i18n/sentences-fr.ts";
import { inLanguage, inWords, speak } from "../../admin/src/providers/in-language.ts";
import { projectRoot } from "../../lib/db/urls.ts";

const french = { codes: problemsFr, sentences: sentencesFr, phrases: phrasesFr };

/** What only operators meet, on the command line, where English is spoken. */
const OPERATORS = "## Installation and command line";

async function codesOnPage(): Promise<string[]> {
  const page = await readFile(path.join(projectRoot, "docs", "reference", "errors.md"), "utf8");
  const sections = page.split(/^(?=## )/m).filter((section) => !section.startsWith(OPERATORS));
  return sections.flatMap((section) =>
    [...section.matchAll(/^\| `([A-Z][A-Z0-9_]+)` \|/gm)].map((match) => match[1]!),
  );
}

async function sources(): Promise<string> {
  const texts: string[] = [];
  for (const [folder, extension] of [
    ["sql", ".sql"],
    ["lib", ".ts"],
    ["server", ".ts"],
    ["worker", ".ts"],
  ] as const)
    for (const entry of await readdir(path.join(projectRoot, folder), {
      recursive: true,
      withFileTypes: true,
    }))
      if (entry.isFile() && entry.name.endsWith(extension))
        texts.push(await readFile(path.join(entry.parentPath, entry.name), "utf8"));
  // Parameters and quotes as the catalog writes them.
  return texts
    .join("\n")
    .replaceAll("''", "'")
    .replaceAll(/%[sL]|\$\{(?:[^{}]|\{[^{}]*\})*\}/g, "%");
}

afterEach(() => speak(null));

describe("French errors", () => {
  it("tell what every code means and what to do", async () => {
    const codes = await codesOnPage();
    expect(codes.length).toBeGreaterThan(150);
    expect(codes.filter((code) => !(code in problemsFr))).toEqual([]);
    expect(Object.keys(problemsFr).filter((code) => !codes.includes(code))).toEqual(["PASSWORD"]);
  });

  it("are sentences that the code still says, with as many values", async () => {
    const code = await sources();
    // Some begin with "the", put before them by who gives the error.
    const said = (english: string) => code.includes(english.replace(/^the /, ""));
    expect(sentencesFr.map(([english]) => english).filter((english) => !said(english))).toEqual([]);
    const values = (text: string): number => text.split("%").length;
    expect(sentencesFr.filter(([english, into]) => values(english) !== values(into))).toEqual([]);
  });

  it("keep their values, and where a general sentence stands for them, the server's own words", () => {
    speak(french);
    expect(
      inLanguage({
        code: "FORBIDDEN",
        message: "you need the permission record.view for this",
        hint: "Ask an owner or administrator of your organization for it.",
      }),
    ).toMatchObject({
      message: "il vous faut la permission record.view",
      hint: "Demandez-la à un propriétaire ou à un administrateur de votre organisation.",
    });
    // What rules say within it, too.
    const said = "visits must be at most 100; id must be unique";
    expect(
      inLanguage({
        code: "HS007",
        message: "rules refuse what would be written: plausible (1 row)",
        hint: `${said}. Put it right or change the rules; or go against them (against_rules) and say why.`,
      }),
    ).toMatchObject({
      message: "des règles refusent ce qui serait écrit : plausible (1 row)",
      hint: "visits doit être au plus 100; id doit être unique. Corrigez-le ou changez les règles ; ou passez outre en disant pourquoi.",
    });
    const general = inLanguage({ code: "DS005", message: "a key field is named twice", field: "key" });
    expect(general).toMatchObject({
      message: problemsFr.DS005![0],
      original: "a key field is named twice",
      field: "key",
    });
    // Shown in a place within a place, it is not translated again.
    expect(inLanguage(general)).toBe(general);
    expect(inLanguage({ code: "42501", message: "this needs a signed-in person" }).message).toBe(
      "cela demande une personne connectée",
    );
  });

  it("say what rules and readers found, within one another", () => {
    speak(french);
    expect(inWords("speed must be at least 0 and at most 300; found '310'")).toBe(
      "speed doit être entre 0 et 300 ; trouvé : '310'",
    );
    expect(inWords("precipitation must be at most 30: 19 of 1461 rows do not")).toBe(
      "precipitation doit être au plus 30 : 19 lignes sur 1461 ne le font pas",
    );
    expect(inWords("the record has 3 fields, 4 expected")).toBe("l’enregistrement a 3 champs, 4 attendus");
    expect(inWords("words that nobody knows")).toBe("words that nobody knows");
    const values = (text: string): number => text.split("%").length;
    expect(phrasesFr.filter(([english, into]) => values(english) !== values(into))).toEqual([]);
    speak(null);
    expect(inWords("id must be unique")).toBe("id must be unique");
  });

  it("and every permission says in French what it allows", async () => {
    const golden = await readFile(path.join(projectRoot, "tests", "golden", "permissions.txt"), "utf8");
    const keys = [...golden.matchAll(/^([a-z_]+\.[a-z_]+) /gm)].map((match) => match[1]!);
    expect(keys.length).toBeGreaterThan(130);
    expect(keys.toSorted()).toEqual(Object.keys(permissionsFr).toSorted());
  });

  it("fall back to English where nothing is known, and in English", () => {
    const unknown = { code: "ZZ999", message: "something new" };
    speak(french);
    expect(inLanguage(unknown)).toBe(unknown);
    speak(null);
    const known = { code: "DS001", message: "no such dataset" };
    expect(inLanguage(known)).toBe(known);
  });
});
