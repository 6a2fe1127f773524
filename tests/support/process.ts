/** The product as a person starts it: `cli/start.ts` and `cli/main.ts` as processes of their own. */
import { type ChildProcess, spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { projectRoot } from "../../lib/db/urls.ts";

const READY_LIMIT_MS = 120_000;
const instanceShape = z.object({ url: z.string(), pid: z.number(), databaseUrl: z.string() });

export interface StartedProcess {
  process: ChildProcess;
  url: string;
  databaseUrl: string;
  /** Everything printed so far. */
  output: () => string;
  /** Sends a signal and waits for the end; gives the exit code (null when a signal ended it). */
  end(signal: NodeJS.Signals): Promise<number | null>;
}

function launch(
  args: string[],
  env: Record<string, string>,
): { process: ChildProcess; output: () => string } {
  let text = "";
  const child = spawn(process.execPath, args, {
    cwd: projectRoot,
    env: { ...process.env, NODE_ENV: "production", ...env },
    stdio: ["pipe", "pipe", "pipe"],
  });
  child.stdout!.on("data", (chunk) => {
    text += String(chunk);
  });
  child.stderr!.on("data", (chunk) => {
    text += String(chunk);
  });
  return { process: child, output: () => text };
}

/** Waits until a line with `ready` was printed. Throws with what was printed when the process ends first. */
async function untilReady(started: ReturnType<typeof launch>, ready: string): Promise<void> {
  const child = started.process;
  const deadline = Date.now() + READY_LIMIT_MS;
  while (!started.output().includes(ready)) {
    if (child.exitCode !== null || child.signalCode !== null || Date.now() > deadline) {
      child.kill("SIGKILL");
      throw new Error(`it did not get ready:\n${started.output()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function ending(child: ChildProcess): (signal: NodeJS.Signals) => Promise<number | null> {
  const ended = new Promise<number | null>((resolve) => child.once("exit", (code) => resolve(code)));
  return (signal) => {
    child.kill(signal);
    return ended;
  };
}

/** Starts an installation on a home and waits for its ready line. */
export async function startProcess(home: string, env: Record<string, string> = {}): Promise<StartedProcess> {
  const started = launch(["cli/start.ts"], { CADASTRE_HOME: home, PORT: "0", LOG_LEVEL: "warn", ...env });
  const end = ending(started.process);
  await untilReady(started, "Cadastre is ready at");
  const file = instanceShape.parse(JSON.parse(await readFile(path.join(home, "instance.json"), "utf8")));
  return {
    process: started.process,
    url: file.url,
    databaseUrl: file.databaseUrl,
    output: started.output,
    end,
  };
}

export interface StartedPart {
  output: () => string;
  end(signal: NodeJS.Signals): Promise<number | null>;
}

/** Starts the server or the worker alone, as `npm run server` and `npm run worker` do. */
export async function startPart(
  part: "server" | "worker",
  env: Record<string, string>,
): Promise<StartedPart> {
  const started = launch([`${part}/main.ts`], { PORT: "0", LOG_LEVEL: "warn", ...env });
  const end = ending(started.process);
  await untilReady(started, part === "server" ? "server is ready at" : "worker is ready");
  return { output: started.output, end };
}

/** Runs one command of the `cadastre` command line to its end. */
export async function runCommand(
  home: string,
  args: string[],
  stdin = "",
  env: Record<string, string> = {},
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, ["cli/main.ts", ...args], {
    cwd: projectRoot,
    env: { ...process.env, CADASTRE_HOME: home, ...env },
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk) => {
    stdout += String(chunk);
  });
  child.stderr.on("data", (chunk) => {
    stderr += String(chunk);
  });
  child.stdin.on("error", () => undefined);
  child.stdin.end(stdin);
  const code = await new Promise<number | null>((resolve) => child.once("close", (c) => resolve(c)));
  return { code, stdout, stderr };
}
