/** Golden files: what the database and the APIs look like, under version control. UPDATE_GOLDEN=1 writes them anew. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect } from "vitest";
import { projectRoot } from "../../lib/db/urls.ts";

/** Compares `text` with tests/golden/<name>. */
export async function expectGolden(name: string, text: string): Promise<void> {
  const file = path.join(projectRoot, "tests", "golden", name);
  if (process.env.UPDATE_GOLDEN === "1") {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text);
    return;
  }
  const golden = await readFile(file, "utf8").catch(() => "");
  expect(text, `${name} differs; if that is meant, run UPDATE_GOLDEN=1 npx vitest run and commit it`).toBe(
    golden,
  );
}
