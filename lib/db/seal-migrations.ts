/**
 * Writes the headers (previous migration, hash) that graphile-migrate checks into migrations/committed. For
 * migrations that no release holds yet: a released one is never changed, a new file follows it.
 * Run: npm run migrations:seal
 */
import { createHash } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { projectRoot } from "./urls.ts";

const folder = path.join(projectRoot, "migrations", "committed");
let previous: string | null = null;
for (const name of (await readdir(folder)).filter((n) => n.endsWith(".sql")).sort()) {
  const file = path.join(folder, name);
  const text = await readFile(file, "utf8");
  const lines = text.split("\n");
  while (lines[0]?.startsWith("--! ")) lines.shift();
  const body = `${lines.join("\n").trim()}\n`;
  const hash: string = createHash("sha1")
    .update(`${previous ?? ""}\n${body}`.trim())
    .update("\n")
    .digest("hex");
  const sealed = `--! Previous: ${previous ?? "-"}\n--! Hash: sha1:${hash}\n\n${body}`;
  if (sealed !== text) await writeFile(file, sealed);
  previous = `sha1:${hash}`;
}
