/** What a first visit loads is bounded. */
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { projectRoot } from "../../lib/db/urls.ts";

const MAX_ENTRY_KB = 350;
const dist = path.join(projectRoot, "admin", "dist");

test(`the scripts of the first page are at most ${MAX_ENTRY_KB} kB gzip, and nothing comes from elsewhere`, async () => {
  const html = await readFile(path.join(dist, "index.html"), "utf8");
  const scripts = [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+\.js)"/g)].map((match) => match[1]!);
  expect(scripts.length).toBeGreaterThan(0);
  let bytes = 0;
  for (const script of scripts)
    bytes += gzipSync(await readFile(path.join(dist, script)), { level: 9 }).length;
  expect(bytes / 1000).toBeLessThanOrEqual(MAX_ENTRY_KB);
  expect(html).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
  const assets = await readdir(path.join(dist, "assets"));
  expect(assets.every((name) => /-[\w-]{8}\.\w+$/.test(name))).toBe(true);
});
