/** Audit exports as files: one JSON object a line, gzip where the name ends so. */
import { createReadStream, createWriteStream } from "node:fs";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip, createGzip } from "node:zlib";
import { AppError } from "../errors.ts";
import { type Line, lineShape } from "./lines.ts";
import type { Verdict } from "./verdict.ts";
import { createVerifier, type VerifyOptions } from "./verify.ts";

/** Lines are joined to blocks of about this many characters. */
const BLOCK = 256 * 1024;

const isPacked = (path: string): boolean => path.endsWith(".gz");

/** Writes lines to a new file; resolves with how many. Errors: AppError NOT_A_FILE where there is something already. */
export async function writeLines(lines: AsyncIterable<Line>, path: string): Promise<number> {
  let count = 0;
  async function* blocks(): AsyncGenerator<string> {
    let block = "";
    for await (const line of lines) {
      block += `${JSON.stringify(line)}\n`;
      count++;
      if (block.length > BLOCK) {
        yield block;
        block = "";
      }
    }
    yield block;
  }
  const file = createWriteStream(path, { flags: "wx", mode: 0o600 });
  try {
    if (isPacked(path)) await pipeline(Readable.from(blocks()), createGzip(), file);
    else await pipeline(Readable.from(blocks()), file);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    throw new AppError("NOT_A_FILE", `${path} is there already`, {
      hint: "Name a new file: an export is never written over another.",
    });
  }
  return count;
}

/** Verifies an exported file. Errors: AppError BAD_INPUT with the line where it is not an export. */
export async function verifyFile(path: string, options: VerifyOptions): Promise<Verdict> {
  const raw = createReadStream(path);
  const failed = new Promise<never>((_resolve, reject) => raw.once("error", reject));
  const input = isPacked(path) ? raw.pipe(createGunzip()) : raw;
  const verifier = createVerifier(options);
  const read = async (): Promise<Verdict> => {
    let number = 0;
    for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      number++;
      await verifier.take(parseLine(text, path, number));
    }
    return verifier.finish();
  };
  return Promise.race([read(), failed]);
}

function parseLine(text: string, path: string, number: number): Line {
  try {
    return lineShape.parse(JSON.parse(text));
  } catch (error) {
    throw new AppError("BAD_INPUT", `${path}, line ${number}: not a line of an audit export`, {
      hint: "Export again with cadastre audit export; docs/reference/audit.md tells the format.",
      cause: error,
    });
  }
}
