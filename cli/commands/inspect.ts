import { mkdir } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";
import { inspectFile, ReaderError, writeClean } from "../../worker/readers/index.ts";
import { type Command, fail } from "../command.ts";
import { misused } from "../help.ts";
import { inspectionText } from "../inspect-text.ts";
import { READING_OPTIONS, READING_USAGE, readingOf } from "../reading.ts";

const MAX_FILES = 10_000;

/** One name per file in the folder, also where two files share theirs. */
function targetOf(file: string, folder: string, taken: Set<string>): string {
  const base = path.basename(file);
  let name = base;
  for (let n = 2; taken.has(name); n++) name = `${n}-${base}`;
  taken.add(name);
  return path.join(folder, name);
}

export const inspect: Command = {
  about: "tells how a file would be read and which contract it suggests; loads nothing",
  usage: [`inspect <files...> [--clean-dir <folder>] ${READING_USAGE}`],
  async run(args, output) {
    const { positionals, values } = parseArgs({
      args,
      allowPositionals: true,
      options: { "clean-dir": { type: "string" }, ...READING_OPTIONS },
    });
    if (positionals.length === 0) misused(inspect);
    if (positionals.length > MAX_FILES) fail("USAGE", `at most ${MAX_FILES} files in one call`);
    const folder = values["clean-dir"];
    const reading = readingOf(values);
    if (folder) await mkdir(folder, { recursive: true });
    const taken = new Set<string>();
    const results: Record<string, unknown>[] = [];
    const texts: string[] = [];
    let refused = 0;
    for (const file of positionals) {
      try {
        const found = await inspectFile(file, reading);
        const clean = folder ? targetOf(file, folder, taken) : null;
        const written = clean ? await writeClean(file, clean, { overrides: reading }) : null;
        results.push({
          file,
          ...found,
          ...(written ? { clean, rows: written.rows, rejected: written.rejected } : {}),
        });
        texts.push(
          `${inspectionText(file, found)}${written ? `\nWritten to ${clean}: ${written.rows} rows, ${written.rejected} left out` : ""}`,
        );
      } catch (error) {
        if (!(error instanceof ReaderError) && !(error instanceof Error && "code" in error)) throw error;
        refused++;
        // An empty file has a clean form, which is empty too.
        if (folder && error instanceof ReaderError && error.code === "empty_file") {
          await writeClean(file, targetOf(file, folder, taken));
        }
        const hint = error instanceof ReaderError ? error.remedy : null;
        results.push({ file, error: { code: String(error.code), message: error.message, hint } });
        texts.push(`${file}: ${String(error.code)}: ${error.message}${hint ? `\n  ${hint}` : ""}`);
      }
    }
    output.print(results, texts.join("\n\n"));
    return refused === 0 ? 0 : 1;
  },
};
