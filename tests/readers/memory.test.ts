/** Memory stays bounded whatever comes: an endless line, an endless quote, nothing but problems. */
import { describe, expect, it } from "vitest";
import { copyStream } from "../../worker/readers/copy.ts";
import { inspect } from "../../worker/readers/inspect.ts";
import { readRecords } from "../../worker/readers/records.ts";
import type { ByteSource, Dialect, ReaderProblem } from "../../worker/readers/types.ts";
import { growth } from "../support/memory.ts";
import { endlessSource, PLAIN } from "../support/messy-csv.ts";

const SIZE = 300 * 1024 * 1024;
const ALLOWED = 150 * 1024 * 1024;

async function drain(
  source: ByteSource,
  dialect: Dialect,
): Promise<{ out: number; problems: ReaderProblem[]; count: number }> {
  const problems: ReaderProblem[] = [];
  let count = 0;
  let out = 0;
  const onProblem = async (problem: ReaderProblem): Promise<void> => {
    count++;
    if (problems.length < 10) problems.push(problem);
  };
  for await (const block of copyStream(source, dialect, ["a", "b"], { onProblem }))
    out += (block as Buffer).length;
  return { out, problems, count };
}

describe("bounded memory", { timeout: 120_000 }, () => {
  it("passes over one line of 300 MB and goes on behind it", async () => {
    const source = endlessSource("a,b\n1,x\n2,", "long ", SIZE, "\n3,y\n");
    const grown = await growth(async () => {
      const { problems, out } = await drain(source, PLAIN);
      expect(problems.map(({ line, rule, column }) => [line, rule, column])).toEqual([[3, "too_long", "b"]]);
      expect(problems[0]!.raw.length).toBeLessThanOrEqual(8192);
      expect(out).toBe("2\t1\tx\n4\t3\ty\n".length);
    });
    expect(grown).toBeLessThan(ALLOWED);
  });

  it("inspects it without reading it whole", async () => {
    const source = endlessSource("a,b\n", "1,x,", SIZE, "\n");
    const { columns } = await inspect(source);
    expect(columns.length).toBeGreaterThan(0);
  });

  it("closes a quote that never closes after its line", async () => {
    const source = endlessSource('a,b\n1,x\n2,"open\n', "3,word\n", SIZE / 4, "4,y\n");
    const grown = await growth(async () => {
      const { out, count } = await drain(source, PLAIN);
      expect(count).toBe(0);
      expect(out).toBeGreaterThan(SIZE / 4);
    });
    expect(grown).toBeLessThan(ALLOWED);
  });

  it("holds nothing back where every record is a problem", async () => {
    const grown = await growth(async () => {
      const { count, out } = await drain(endlessSource("a,b\n", "1\n", 20 * 1024 * 1024, ""), PLAIN);
      expect(out).toBe(0);
      expect(count).toBeGreaterThan(10_000_000);
    });
    expect(grown).toBeLessThan(ALLOWED);
  });

  it("bounds NDJSON lines too", async () => {
    const dialect: Dialect = { ...PLAIN, format: "ndjson", headerLines: 0 };
    const source = endlessSource('{"a":1}\n{"a":"', "long ", SIZE, '"}\n{"a":2}\n');
    const grown = await growth(async () => {
      const rules: (string | undefined)[] = [];
      for await (const batch of readRecords(source, dialect, ["a"]))
        rules.push(...batch.map((record) => record.problem?.rule));
      expect(rules).toEqual([undefined, "too_long", undefined]);
    });
    expect(grown).toBeLessThan(ALLOWED);
  });
});
