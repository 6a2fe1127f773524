/** The command line as somebody meets it who has never used it: what there is, how it is called, what went wrong. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import type { Command } from "../../cli/command.ts";
import { audit } from "../../cli/commands/audit.ts";
import { grant } from "../../cli/commands/grant.ts";
import { ingest } from "../../cli/commands/ingest.ts";
import { run } from "../../cli/commands/run.ts";
import { grouped, missingIn } from "../../cli/help.ts";
import { projectRoot } from "../../lib/db/urls.ts";

function cadastre(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["cli/main.ts", ...args], {
    cwd: projectRoot,
    encoding: "utf8",
    env: { ...process.env, CADASTRE_HOME: path.join(projectRoot, "no-such-home") },
  });
  return { status, stdout, stderr };
}

const all = cadastre("help", "--all").stdout;
const names = [...new Set([...all.matchAll(/^ {2}cadastre (\S+)/gm)].map((m) => m[1]!))];

it("the overview has every command once, in lines that fit a terminal", () => {
  const { status, stdout } = cadastre();
  expect(status).toBe(0);
  expect(grouped.toSorted()).toEqual(names.toSorted());
  for (const name of names) expect(stdout).toMatch(new RegExp(`^ {2}${name} {2,}\\S`, "m"));
  for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(100);
});

it("a command tells its usage, one act's alone where it is named, and as JSON", () => {
  expect(cadastre("help", "grant").stdout).toMatch(/grant add[\s\S]*grant revoke[\s\S]*grant list/);
  const act = cadastre("grant", "list", "--help");
  expect(act).toMatchObject({ status: 0, stderr: "" });
  expect(act.stdout).toContain("cadastre grant list");
  expect(act.stdout).not.toContain("cadastre grant add");
  expect(JSON.parse(cadastre("help", "grant", "--json").stdout).help).toContain("cadastre grant add");
});

it("what is wrong in a call is told with what to do", () => {
  expect(cadastre("ingset")).toMatchObject({
    status: 1,
    stderr: "USAGE: unknown command ingset\n  Did you mean cadastre ingest? cadastre help lists all.\n",
  });
  expect(cadastre("grant").stderr).toContain("cadastre grant add --org <slug>");
  expect(cadastre("ingest", "a.csv", "--org", "acme").stderr).toMatch(/^USAGE: --dataset is missing\n/);
  expect(cadastre("status", "--wrong").stderr).not.toContain("INTERNAL");
  expect(cadastre("grant", "list", "--wrong").stderr).toContain("cadastre help grant tells how it is used.");
  const absent = cadastre("status", "--json");
  expect(absent.status).toBe(1);
  expect(JSON.parse(absent.stdout).error).toMatchObject({ code: "NOT_RUNNING" });
});

it("what a call lacks is named, of the act that was meant", () => {
  const lacks = (command: Command, line: string) => missingIn(command, line.split(" ").filter(Boolean));
  expect(lacks(ingest, "--org=acme")).toBe("<file> is missing");
  expect(lacks(ingest, "a.csv --dataset orders")).toBe("--org is missing");
  expect(lacks(ingest, "a.csv --org acme --dataset orders")).toBeNull();
  expect(lacks(run, "lst")).toBe("run has no lst; did you mean run list?");
  expect(lacks(run, "refuse --org acme")).toBe("<run> is missing");
  expect(lacks(audit, "export --org acme")).toBe("<new file.ndjson> is missing");
  // One of several is enough: which one is lacking is not for us to say.
  expect(lacks(grant, "add --org acme --user a@b.example --for 2h")).toBeNull();
});

it("the reference has every command", () => {
  const reference = readFileSync(path.join(projectRoot, "docs/reference/commands.md"), "utf8");
  for (const name of names) expect(reference, name).toMatch(new RegExp(`\`${name}( |\`)`));
});

it("inspect tells people columns, key and what cannot be read, and programs everything", () => {
  const file = path.join("node_modules", "vega-datasets", "data", "airports.csv");
  const told = cadastre("inspect", file);
  expect(told.status).toBe(0);
  expect(told.stdout).toMatch(/airports\.csv: csv, 3,376 rows, 7 columns/);
  expect(told.stdout).toMatch(/^ {2}latitude +numeric +required +3,376 of 3,376 values parse as numeric/m);
  expect(told.stdout).toContain("  iata: distinct and never null in all 3,376 rows");
  expect(JSON.parse(cadastre("inspect", file, "--json").stdout)[0].contract.fields).toHaveLength(7);
  const absent = cadastre("inspect", "no-such-file.csv");
  expect(absent).toMatchObject({ status: 1 });
  expect(absent.stdout).toContain("no-such-file.csv: unreadable: cannot read");
});
