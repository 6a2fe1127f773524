/** The quick part of `npm run test:faults`: a fault of each kind, and a few random runs. */
import { spawn } from "node:child_process";
import { expect, it } from "vitest";
import { projectRoot } from "../../lib/db/urls.ts";

/** One seed, as with all property tests; the whole harness draws its own. */
const SEED = "20424";

it("loads survive a fault of each kind with all invariants held", async () => {
  const child = spawn(process.execPath, ["tests/faults/main.ts", "--quick", "--seed", SEED], {
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
