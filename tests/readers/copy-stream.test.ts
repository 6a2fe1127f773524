/** The stream that COPY gets: whoever ends it early learns why it ended, wherever it stood. */
import { expect, it } from "vitest";
import { copyStream } from "../../worker/readers/copy.ts";
import { bufferSource } from "../../worker/readers/source.ts";
import { PLAIN } from "../support/messy-csv.ts";

const ROWS = 200_000;
const TEXT = Buffer.from(
  `a,b\n${Array.from({ length: ROWS }, (_, i) => `${i},"some text ${i}"`).join("\n")}\n`,
);

it.each([
  ["csv", PLAIN],
  ["by records", { ...PLAIN, valueFormats: [{ kind: "number" as const, decimal: "." as const }, null] }],
])("a stream that is ended fails with the error that ended it (%s)", async (_name, dialect) => {
  for (let taken = 0; taken < 8; taken++) {
    const stream = copyStream(bufferSource(TEXT), dialect, ["a", "b"], { onProblem: async () => undefined });
    const why = new Error("enough");
    let seen = 0;
    const told = await (async () => {
      for await (const _block of stream) if (seen++ === taken) stream.destroy(why);
    })().catch((error: unknown) => error);
    expect(told, `after ${taken} blocks`).toBe(why);
  }
});
