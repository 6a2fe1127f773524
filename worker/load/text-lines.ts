/** Records of a COPY text stream by their place in it: the way back from what COPY set aside. */
import type { ReaderRecord } from "../readers/index.ts";

const LF = 0x0a;
const UNESCAPED: Record<string, string> = { t: "\t", n: "\n", r: "\r", "\\": "\\" };

function unescapeField(text: string): string | null {
  if (text === "\\N") return null;
  return text.includes("\\") ? text.replace(/\\([tnr\\])/g, (_, letter: string) => UNESCAPED[letter]!) : text;
}

/** The records with the given numbers (ascending, from 1) of a stream whose chunks end anywhere. */
export async function* textLines(
  stream: AsyncIterable<Buffer>,
  numbers: readonly number[],
): AsyncGenerator<Pick<ReaderRecord, "line" | "fields">> {
  let number = 1;
  let next = 0;
  let parts: Buffer[] = [];
  for await (const chunk of stream) {
    // Each turn passes one line end, or ends with the chunk.
    for (let at = 0; next < numbers.length; number++) {
      const end = chunk.indexOf(LF, at);
      const wanted = number === numbers[next];
      if (wanted) parts.push(Buffer.from(chunk.subarray(at, end < 0 ? chunk.length : end)));
      if (end < 0) break;
      at = end + 1;
      if (!wanted) continue;
      next++;
      const [line, ...fields] = Buffer.concat(parts).toString("utf8").split("\t");
      parts = [];
      yield { line: Number(line), fields: fields.map(unescapeField) };
    }
    if (next >= numbers.length) break;
  }
}
