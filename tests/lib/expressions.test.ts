/** The expression language: what it gives in PostgreSQL is what its reference says, and mistakes are told with their place. */
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Column, compileExpression } from "../../lib/expressions/compile.ts";
import { FUNCTIONS } from "../../lib/expressions/functions.ts";
import { parseExpression } from "../../lib/expressions/parse.ts";
import type { ExpressionError, ValueType } from "../../lib/expressions/types.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { decimal, evaluateExpression, show, type Value } from "../support/evaluate-expression.ts";

const COLUMNS: Column[] = [
  { name: "name", type: "text" },
  { name: 'Odd "name"', type: "text" },
  { name: "amount", type: "numeric" },
  { name: "n", type: "integer" },
  { name: "active", type: "boolean" },
  { name: "born", type: "date" },
];

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.drop());

// Few values, so that equal ones, borders and misfits meet often.
const TEXTS = [
  "",
  "a",
  "A",
  " b ",
  "Zoë",
  "naïve 𝔸",
  "12",
  "-3.50",
  "2026-02-28",
  "2026-02-30",
  "yes",
  "x,y,,z",
  "back\\slash",
  "it's",
  "%_",
];
const NUMBERS = ["0", "1", "2", "3", "7", "10", "0.5", "12.345", "1000000", "0.000001", "99.999"];
const DATES = ["1999-12-31", "2024-02-29", "2026-01-01"];

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

type Generators = { text: string; number: string; boolean: string; date: string };

/** Random expressions of each type that are well typed; the depth shrinks with each level. */
const { text, number, boolean, date } = fc.letrec<Generators>((tie) => {
  const t = tie("text");
  const n = tie("number");
  const b = tie("boolean");
  const d = tie("date");
  const any = fc.oneof(t, n, b, d);
  const call = (name: string, ...args: fc.Arbitrary<string>[]): fc.Arbitrary<string> =>
    fc.tuple(...args).map((parts) => `${name}(${parts.join(", ")})`);
  const infix = (operators: string[], left: fc.Arbitrary<string>, right: fc.Arbitrary<string>) =>
    fc.tuple(left, fc.constantFrom(...operators), right).map(([l, o, r]) => `(${l} ${o} ${r})`);
  const choice = (of: fc.Arbitrary<string>) => [
    call("if", b, of, of),
    call("coalesce", of, of, of),
    call("nullif", of, of),
    call("least", of, of),
    call("greatest", of, of),
    fc.tuple(b, of, b, of).map(([c1, v1, c2, v2]) => `case when ${c1} then ${v1} when ${c2} then ${v2} end`),
    fc.tuple(b, of, of).map(([c, v, w]) => `case when ${c} then ${v} else ${w} end`),
  ];
  const options = { depthIdentifier: "depth", maxDepth: 4, withCrossShrink: true } as const;
  const small = fc.constantFrom("0", "1", "2", "3", "-1", "n");
  return {
    text: fc.oneof(
      options,
      fc.oneof(fc.constantFrom(...TEXTS).map(quoted), fc.constantFrom("name", '"Odd ""name"""')),
      ...choice(t),
      call("lower", t),
      call("upper", t),
      call("trim", t),
      call("sha256", t),
      call("left", t, small),
      call("right", t, small),
      call("substring", t, small),
      call("substring", t, small, small),
      call("replace", t, t, t),
      call("split", t, fc.constantFrom("','", "''", "'a'"), small),
      call("pad_left", t, small, t),
      call("concat", any, any),
      call("text", any),
      infix(["||"], t, any),
    ),
    number: fc.oneof(
      options,
      fc.oneof(fc.constantFrom(...NUMBERS), fc.constantFrom("amount", "n")),
      ...choice(n),
      infix(["+", "-", "*", "/", "%"], n, n),
      n.map((x) => `(- ${x})`),
      call("length", t),
      call("position", t, t),
      call("abs", n),
      call("floor", n),
      call("ceil", n),
      call("sign", n),
      call("round", n),
      call("round", n, small),
      call("number", any),
      call("year", d),
      call("month", d),
      call("day", d),
      call("weekday", d),
      call("days_between", d, d),
    ),
    boolean: fc.oneof(
      options,
      fc.constantFrom("true", "false", "active"),
      ...choice(b),
      infix(["and", "or"], b, b),
      b.map((x) => `(not ${x})`),
      ...[t, n, d].map((x) => infix(["=", "<>", "<", "<=", ">", ">="], x, x)),
      infix(["=", "<>"], b, b),
      any.map((x) => `(${x} is null)`),
      any.map((x) => `(${x} is not null)`),
      fc.tuple(t, t, t).map(([x, y, z]) => `(${x} in (${y}, ${z}, null))`),
      fc.tuple(n, n, n).map(([x, y, z]) => `(${x} not in (${y}, ${z}))`),
      call("contains", t, t),
      call("starts_with", t, t),
      call("ends_with", t, t),
      call("boolean", any),
    ),
    date: fc.oneof(
      options,
      fc.oneof(
        fc.constantFrom(...DATES).map((x) => `date(${quoted(x)})`),
        fc.constant("born"),
      ),
      ...choice(d),
      call("add_days", d, small),
      call("start_of_month", d),
      call("start_of_year", d),
      call("date", any),
    ),
  };
});

const orNull = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(of, { freq: 5 });
const rows = fc.record({
  name: orNull(fc.constantFrom(...TEXTS)),
  odd: orNull(fc.constantFrom(...TEXTS)),
  amount: orNull(fc.constantFrom(...NUMBERS, "-7", "-0.5")),
  n: orNull(fc.constantFrom("-2", "0", "1", "2", "5")),
  active: orNull(fc.boolean()),
  born: orNull(fc.constantFrom(...DATES)),
});

describe("random expressions", () => {
  it("give in PostgreSQL what the reference says", { timeout: 120_000 }, async () => {
    const used = new Set<string>();
    const every = [
      ["text", text],
      ["number", number],
      ["boolean", boolean],
      ["date", date],
    ] as const;
    for (const [wanted, generated] of every) {
      await fc.assert(
        fc.asyncProperty(generated, rows, async (source, row) => {
          fc.pre(source.length < 3000);
          const tree = parseExpression(source);
          for (const [, name] of source.matchAll(/(\w+)\(/g)) used.add(name!);
          const compiled = compileExpression(source, COLUMNS, wanted);
          const number = (x: string | null): Value => (x === null ? null : decimal(x));
          const expected = evaluateExpression(tree, {
            name: row.name,
            'Odd "name"': row.odd,
            amount: number(row.amount),
            n: number(row.n),
            active: row.active,
            born: row.born === null ? null : evaluateExpression(parseExpression(`date('${row.born}')`), {}),
          });
          const shown = wanted === "number" ? `trim_scale(${compiled.sql})` : compiled.sql;
          const answer = await db.admin.query<{ v: string | null }>(
            `select (${shown})::text as v from (select $1::text as name, $2::text as "Odd ""name""", $3::numeric as amount,
               $4::integer as n, $5::boolean as active, $6::date as born) t`,
            [row.name, row.odd, row.amount, row.n, row.active, row.born],
          );
          expect(answer.rows[0]!.v, source).toBe(show(expected));
        }),
        { numRuns: 400 },
      );
    }
    // The property says something of every function but those whose answer is the clock's or the regular expressions'.
    const outside = ["today", "now", "timestamp", "hour", "matches", "regex_replace"];
    expect(Object.keys(FUNCTIONS).filter((f) => !used.has(f) && !outside.includes(f))).toEqual([]);
  });
});

describe("mistakes", () => {
  const cases: [string, string, number, RegExp][] = [
    ["a field that is not there", "amount + price", 10, /no column price/],
    ["a function that is not there", "pg_sleep(1)", 1, /no function pg_sleep/],
    ["a type that does not fit", "amount + name", 10, /a number is expected, and this is a text/],
    ["branches of two types", "if(active, 1, 'x')", 15, /a number is expected/],
    ["a quote without its end", "name || 'abc", 9, /quote is not closed/],
    ["a symbol from elsewhere", "name; drop table x", 5, /means nothing here/],
    ["a missing operand", "1 +", 4, /a value is expected, not the end/],
    ["a missing parenthesis", "lower(name", 11, /"\)" is expected/],
    ["too many values", "lower(name, name)", 1, /lower takes 1 values, and has 2/],
    ["no date", "born > '2026-02-30'", 8, /none/],
    ["an order of booleans", "active < true", 8, /no order/],
    ["a condition that is none", "case when n then 1 end", 11, /a boolean is expected/],
    ["a column of the catalog", "xmin", 1, /no column xmin/],
  ];
  it.each(cases)("%s", (_what, source, position, message) => {
    let error: unknown;
    try {
      compileExpression(source, COLUMNS);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({ code: "IN061", position, message: expect.stringMatching(message) });
    expect((error as ExpressionError).hint).not.toBe("");
  });

  it("of the wanted type", () => {
    const wanted: ValueType = "boolean";
    expect(() => compileExpression("amount", COLUMNS, wanted)).toThrow(/a boolean is expected/);
  });

  it("are found in whatever is written, never a crash", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc
            .array(fc.constantFrom("(", ")", "case", "when", "not", "-", "in", "'x'", "n", "1", ",", "and"))
            .map((x) => x.join(" ")),
        ),
        (source) => {
          try {
            compileExpression(source, COLUMNS);
          } catch (error) {
            expect(error).toMatchObject({ code: "IN061" });
          }
        },
      ),
      { numRuns: 2000 },
    );
    expect(() => compileExpression("(".repeat(3000), COLUMNS)).toThrow(/nested/);
    expect(() => compileExpression("n+".repeat(1999), COLUMNS)).toThrow(/in a row/);
    expect(() => compileExpression(`'${"x".repeat(5000)}'`, COLUMNS)).toThrow(/at most/);
  });
});
