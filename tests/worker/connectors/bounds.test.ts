/** Reading by a cursor, against a model: rows arrive in any order that the cursor allows, with any number of ties. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { boundsOf, readCursor, type TableCursor } from "../../../worker/connectors/tables.ts";
import { matches } from "../../../worker/connectors/text.ts";
import type { Json, Mode } from "../../../worker/connectors/types.ts";

interface Row {
  id: number;
  at: number;
}

/** As a database answers: the highest value and how many have it, then the rows between the bounds. */
function pull(rows: Row[], cursor: Json, mode: Mode): { read: Row[]; cursor: Json } {
  const top = rows.length === 0 ? null : Math.max(...rows.map((row) => row.at));
  const high: TableCursor | null =
    top === null ? null : { value: String(top), ties: rows.filter((row) => row.at === top).length };
  const bounds = boundsOf(readCursor(cursor), high, mode);
  if (bounds === null) return { read: [], cursor };
  const isIn = ({ at }: Row): boolean =>
    (bounds.from === null || at >= Number(bounds.from)) &&
    (bounds.to === null || (bounds.toInclusive ? at <= Number(bounds.to) : at < Number(bounds.to)));
  return { read: rows.filter(isIn), cursor: { ...bounds.next! } };
}

const steps = fc.array(
  fc.oneof(fc.record({ add: fc.integer({ min: 0, max: 2 }) }), fc.constant("pull" as const)),
  { maxLength: 60 },
);

describe("by a cursor that only grows", () => {
  it("with a key: after each reading everything is there, and an idle one reads nothing", () => {
    fc.assert(
      fc.property(steps, (all) => {
        const rows: Row[] = [];
        const got = new Set<number>();
        let cursor: Json = null;
        for (const step of all) {
          if (step !== "pull") rows.push({ id: rows.length, at: (rows.at(-1)?.at ?? 0) + step.add });
          else {
            const found = pull(rows, cursor, "upsert");
            for (const row of found.read) got.add(row.id);
            cursor = found.cursor;
            expect(got.size).toBe(rows.length);
            expect(pull(rows, cursor, "upsert").read).toEqual([]);
          }
        }
      }),
    );
  });

  it("without a key: nothing twice, and all but the rows at the edge", () => {
    fc.assert(
      fc.property(steps, (all) => {
        const rows: Row[] = [];
        const got: number[] = [];
        let cursor: Json = null;
        for (const step of all) {
          if (step !== "pull") rows.push({ id: rows.length, at: (rows.at(-1)?.at ?? 0) + step.add });
          else {
            const found = pull(rows, cursor, "append");
            got.push(...found.read.map((row) => row.id));
            cursor = found.cursor;
            const edge = rows.at(-1)?.at;
            expect(got).toEqual(rows.filter((row) => row.at !== edge).map((row) => row.id));
          }
        }
      }),
    );
  });
});

describe("a pattern", () => {
  it("matches as a regular expression of the same meaning would", () => {
    const letters = fc
      .array(fc.constantFrom("a", "b", "/", ".", "é"), { maxLength: 8 })
      .map((one) => one.join(""));
    const pattern = fc
      .array(fc.constantFrom("a", "b", "/", ".", "*", "**", "?"), { maxLength: 6 })
      .map((one) => one.join(""));
    fc.assert(
      fc.property(pattern, letters, (wanted, name) => {
        const parts = (wanted.match(/\*\*|[\s\S]/gu) ?? []).map(
          (part) => ({ "**": "[\\s\\S]*", "*": "[^/]*", "?": "[^/]" })[part] ?? part.replace(".", "\\."),
        );
        expect(matches(wanted, name)).toBe(new RegExp(`^${parts.join("")}$`, "u").test(name));
      }),
      { numRuns: 2000 },
    );
  });

  it("cannot be made to take for ever", () => {
    expect(matches(`${"**a".repeat(100)}b`, "a".repeat(1000))).toBe(false);
  });
});
