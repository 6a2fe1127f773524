/** docs/reference/errors.md lists every code that the code can give, and none that it cannot. */
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { expect, it } from "vitest";
import { projectRoot } from "../../lib/db/urls.ts";
import { DOMAIN_CODE } from "../../lib/errors.ts";

async function sources(folder: string, extension: string): Promise<string> {
  const entries = await readdir(path.join(projectRoot, folder), { recursive: true, withFileTypes: true });
  const files = entries.filter((e) => e.isFile() && e.name.endsWith(extension));
  return (await Promise.all(files.map((e) => readFile(path.join(e.parentPath, e.name), "utf8")))).join("\n");
}

function all(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map((match) => match[1]!);
}

it("the page of errors and the code agree", async () => {
  const sql = await sources("sql", ".sql");
  const code = (await Promise.all(["lib", "server", "worker", "cli"].map((f) => sources(f, ".ts")))).join(
    "\n",
  );
  const given = new Set([
    ...all(sql, /'([A-Z]{2}\d{3})'/g).filter((c) => DOMAIN_CODE.test(c)),
    ...all(code, /"([A-Z]{2}\d{3})"/g).filter((c) => DOMAIN_CODE.test(c)),
    ...all(code, /(?:AppError|fail)\(\s*"([A-Z_]{3,})"/g),
    ...all(code, /\bcode: "([A-Z_]{3,})"/g),
  ]);
  const page = await readFile(path.join(projectRoot, "docs", "reference", "errors.md"), "utf8");
  const told = new Set(all(page, /^\| `([A-Z0-9_]+)` \|/gm));
  expect([...given].filter((c) => !told.has(c)).sort(), "not on the page").toEqual([]);
  expect([...told].filter((c) => !given.has(c)).sort(), "on the page only").toEqual([]);
});
