/** The quick part of `npm run test:faults`: a fault of each kind, and a few random runs from a seed that changes daily. */
import { spawn } from "node:child_process";
import { expect, it } from "vitest";
import { projectRoot } from "../../lib/db/urls.ts";

const DAY_MS = 86_400_000;

it("loads survive a fault of each kind with all invariants held", async () => {
  const seed = String(Math.floor(Date.now() / DAY_MS));
  const child = spawn(process.execPath, ["tests/faults/main.ts", "--quick", "--seed", seed], {
    cwd: projectRoot,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk) => {
      output += String(chunk);
    });
  const code = await new Promise((resolve) => child.once("close", resolve));
  expect(output).toMatch(/\n\d+ passed, 0 failed/);
  expect(code, output).toBe(0);
}, 600_000);
