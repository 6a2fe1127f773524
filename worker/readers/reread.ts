/**
 * A second reading of a line whose quotes do not add up. Every way to cut the line into the expected number of
 * fields is weighed by how much must be wrong with its quotes, and the cheapest is taken if it is the only one
 * of its price. No character is dropped: a stray quote stays in the value, so a wrong guess can be seen and
 * mended, and nothing is invented.
 */
import { unescapeText } from "./fields.ts";
import type { Syntax } from "./syntax.ts";

/** Work bound: pieces times fields times join length of one line. */
const MAX_STEPS = 2_000_000;
/** Most pieces that one quoted field may span. */
const MAX_JOIN = 256;
/** Most that a reading may cost where the first one failed, and where it only gave another number of fields. */
export const BROKEN_PRICE = 16;
export const SOUND_PRICE = 4;
const NEVER = Number.POSITIVE_INFINITY;

/** What it costs to believe that `text` is one field. */
function cost(text: string, quote: string, doubled: boolean, joined: boolean): number {
  const opens = text.startsWith(quote);
  const closes = text.endsWith(quote) && text.length > 1;
  if (opens && closes) {
    const inner = text.slice(1, -1);
    const rest = doubled ? inner.replaceAll(quote + quote, "") : inner;
    const stray = rest.split(quote).length - 1;
    return stray === 0 ? 0 : 1 + stray;
  }
  // A delimiter inside a field is only to be believed within quotes.
  if (joined) return NEVER;
  if (opens) return 4;
  if (closes) return 2;
  return text.includes(quote) ? 0.5 : 0;
}

interface Cut {
  price: number;
  from: number;
  ways: number;
}

/** Field values of `line`, or null where no reading within the price, or no single best one, has `expected` fields. */
export function rereadLine(
  syntax: Syntax,
  delimiter: string,
  line: string,
  expected: number,
  maxPrice: number,
): (string | null)[] | null {
  if (syntax.quote < 0) return null;
  const quote = String.fromCharCode(syntax.quote);
  const pieces = line.split(delimiter);
  const slack = pieces.length - expected;
  if (slack < 0) return null;
  const span = Math.min(slack + 1, MAX_JOIN);
  if (pieces.length * (slack + 1) * span > MAX_STEPS) return null;
  const trim = (text: string): string => (syntax.skipSpace ? text.trimStart() : text);
  // best[p][f]: the cheapest way to make f fields of the first p pieces. f is between p - slack and p.
  const best: Cut[][] = [[{ price: 0, from: 0, ways: 1 }]];
  for (let p = 1; p <= pieces.length; p++) best.push([]);
  for (let p = 0; p < pieces.length; p++) {
    for (let take = 1; take <= span && p + take <= pieces.length; take++) {
      const text = trim(take === 1 ? pieces[p]! : pieces.slice(p, p + take).join(delimiter));
      if (take > 1 && !text.startsWith(quote)) break;
      const price = cost(text, quote, syntax.doubled, take > 1);
      if (price === NEVER) continue;
      for (const [fields, cut] of best[p]!.entries()) {
        if (cut === undefined || fields + 1 > expected) continue;
        relax(best[p + take]!, fields + 1, cut, price, p);
      }
    }
  }
  const end = best[pieces.length]![expected];
  if (end === undefined || end.ways !== 1 || end.price > maxPrice) return null;
  const values: (string | null)[] = [];
  for (let p = pieces.length, f = expected; f > 0; f--) {
    const from = best[p]![f]!.from;
    values.unshift(value(syntax, trim(pieces.slice(from, p).join(delimiter)), quote));
    p = from;
  }
  return values;
}

function relax(row: Cut[], fields: number, cut: Cut, price: number, from: number): void {
  const total = cut.price + price;
  const known = row[fields];
  if (known === undefined || total < known.price) row[fields] = { price: total, from, ways: cut.ways };
  else if (total === known.price) known.ways += cut.ways;
}

function value(syntax: Syntax, text: string, quote: string): string | null {
  if (text === "" || text === "\\N") return null;
  if (!text.startsWith(quote) || !text.endsWith(quote) || text.length < 2) return text;
  return unescapeText(syntax, text.slice(1, -1));
}
