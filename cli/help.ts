/** What `cadastre help` prints: all commands by what they are for, or the usage of one. */
import { type Command, fail } from "./command.ts";

/** Every command is in one group (tests/cli/help.test.ts). */
const GROUPS: { title: string; commands: string[] }[] = [
  { title: "Load", commands: ["inspect", "ingest", "run", "rejected", "dataset", "contract"] },
  { title: "Sources and schedules", commands: ["connector", "source", "pipeline", "schedule"] },
  { title: "Quality", commands: ["rules", "rule-sets", "profile", "anomalies"] },
  {
    title: "History and proof",
    commands: ["history", "lineage", "changes", "audit", "retention", "archive", "hold", "erase"],
  },
  { title: "Access", commands: ["member", "grant", "policy", "access", "sql-login", "user"] },
  {
    title: "Installation",
    commands: ["status", "org", "identity-provider", "domain", "scim-token", "webhook", "operator", "keys"],
  },
];

const MAX_WIDTH = 100;
const CLOSE = 3;

/** Wrapped at spaces outside of brackets where that is possible, with what follows indented. */
export function wrap(text: string, indent: string): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.match(/\[(?:[^[\]]|\[[^\]]*\])*\]|\([^)]*\)|\S+/g) ?? []) {
    if (line && line.length + 1 + word.length > MAX_WIDTH - indent.length) {
      lines.push(line);
      line = word;
    } else line = line ? `${line} ${word}` : word;
  }
  return [...lines, line].join(`\n${indent}    `);
}

/** How many letters are to be added, dropped or changed to come from one word to the other. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length]!;
}

/** The known word that was probably meant; null where none is close. */
export function closest(word: string, known: string[]): string | null {
  const best = known
    .map((name) => ({ name, apart: distance(word.slice(0, 40), name) }))
    .sort((a, b) => a.apart - b.apart)[0];
  return best && best.apart < Math.min(CLOSE, word.length) ? best.name : null;
}

export function overview(commands: Record<string, Command>): string {
  const width = Math.max(...Object.keys(commands).map((name) => name.length));
  const groups = GROUPS.map(
    ({ title, commands: names }) =>
      `${title}\n${names.map((name) => `  ${name.padEnd(width)}  ${commands[name]!.about}`).join("\n")}`,
  );
  return [
    "Usage: cadastre <command> [...] [--json]",
    ...groups,
    "cadastre help <command> tells how it is used; cadastre help --all, how all are.\n--json prints one line for programs. The exit code is 0 only on success.",
  ].join("\n\n");
}

/** The usage of one command; of one of its acts alone where `act` names one. */
export function usageOf(command: Command, act?: string): string {
  const acts = linesOf(command, act);
  const lines = (acts.length > 0 ? acts : command.usage).map((line) => `  ${wrap(`cadastre ${line}`, "  ")}`);
  return `${command.about}\n\n${lines.join("\n")}`;
}

/** The lines of a command's usage that tell of the act that was called. */
function linesOf(command: Command, act: string | undefined): string[] {
  return command.usage.filter((line) =>
    line
      .split(" ")[1]
      ?.split("|")
      .includes(act ?? ""),
  );
}

/** What a call lacks: an option or a value that stands in no brackets. Null where that cannot be told. */
export function missingIn(command: Command, args: readonly string[]): string | null {
  const words = command.usage[0]!.split(" ");
  const name = words[0]!;
  const hasActs = /^[a-z][a-z|-]*$/.test(words[1] ?? "");
  const [act] = args;
  if (hasActs && (act === undefined || act.startsWith("-"))) return null;
  const lines = hasActs ? linesOf(command, act) : command.usage;
  if (hasActs && lines.length === 0) {
    const acts = [...new Set(command.usage.flatMap((line) => line.split(" ")[1]!.split("|")))];
    const meant = closest(act!, acts);
    return `${name} has no ${act}${meant ? `; did you mean ${name} ${meant}?` : ""}`;
  }
  if (lines.length !== 1) return null;
  // What stands in brackets may be left out; of what stands in round ones, one is enough.
  const needed = lines[0]!.replace(/\[(?:[^[\]]|\[[^\]]*\])*\]/g, "").replace(/\([^)]*\)/g, "");
  const option = [...needed.matchAll(/(?<!\|)--([a-z-]+)(?![^ ]*\|)/g)]
    .map((m) => m[0])
    .find((one) => !args.some((arg) => arg === one || arg.startsWith(`${one}=`)));
  const value = /^(<[^>]+>)/.exec(
    needed
      .split(" ")
      .slice(hasActs ? 2 : 1)
      .join(" "),
  )?.[1];
  const valued = new Set([...lines[0]!.matchAll(/(--[a-z-]+) (?![-[(|])/g)].map((m) => m[1]!));
  const given = args.slice(hasActs ? 1 : 0);
  if (value !== undefined && !given.some((arg, i) => !arg.startsWith("-") && !valued.has(given[i - 1] ?? "")))
    return `${value} is missing`;
  return option ? `${option} is missing` : null;
}

/** Ends a command that was not called as it is used, with its usage; with that line of it alone where one is given. */
export function misused(command: Command, line?: number): never {
  const act = process.argv[3];
  const ofAct = linesOf(command, act);
  const lines = line !== undefined ? [command.usage[line]!] : ofAct.length > 0 ? ofAct : command.usage;
  fail(
    "USAGE",
    `${missingIn(command, process.argv.slice(3)) ?? "this is not how the command is used"}\n${lines.map((l) => `  ${wrap(`cadastre ${l}`, "  ")}`).join("\n")}`,
    "docs/reference/commands.md tells what each does and prints.",
  );
}

export function usageOfAll(commands: Record<string, Command>): string {
  return Object.values(commands)
    .flatMap((command) => command.usage.map((line) => `  ${wrap(`cadastre ${line}`, "  ")}`))
    .join("\n");
}

/** Names of the groups' commands, for the test that none is missing. */
export const grouped: string[] = GROUPS.flatMap((group) => group.commands);
