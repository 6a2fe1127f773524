/**
 * A text file with some of its lines left empty: all others stay where they are, byte for byte, so that a row's line
 * still is its line. Readers pass over empty lines.
 */

/** [first, behind the last), ascending, counted from 1. */
export type LineRange = [number, number];

const LF = 10;
const CR = 13;

export interface LineEnds {
  /** Bytes of a code unit. */
  unit: 1 | 2;
  /** Of two bytes, the lower one comes first. */
  little: boolean;
  /** A CR by itself ends a line too. */
  crEnds: boolean;
}

export function lineEndsOf(dialect: { encoding: string; recordTerminator: string }): LineEnds {
  const wide = /^utf-?16/i.test(dialect.encoding);
  return {
    unit: wide ? 2 : 1,
    little: !/be$/i.test(dialect.encoding),
    crEnds: dialect.recordTerminator === "\r" || dialect.recordTerminator === "mixed",
  };
}

/**
 * Lines are told by their ends as the readers tell them. An encoding whose other characters have bytes like those of a
 * line end is none that text files are read in, beside UTF-16, whose code units are looked at whole.
 */
export async function* blankLines(
  chunks: AsyncIterable<Buffer>,
  ranges: readonly LineRange[],
  { unit, little, crEnds }: LineEnds,
): AsyncGenerator<Buffer> {
  let line = 1;
  let next = 0;
  let afterCr = false;
  let odd: Buffer | null = null;
  const doomed = (): boolean => {
    while (next < ranges.length && ranges[next]![1] <= line) next++;
    return next < ranges.length && ranges[next]![0] <= line;
  };
  let drop = doomed();
  for await (const piece of chunks) {
    const chunk: Buffer = odd === null ? piece : Buffer.concat([odd, piece]);
    const whole = chunk.length - (chunk.length % unit);
    odd = whole < chunk.length ? Buffer.from(chunk.subarray(whole)) : null;
    const kept: Buffer[] = [];
    let from = 0;
    // What stands between `from` and an end is kept or goes, whichever the line is for; its end stays.
    const pass = (to: number): void => {
      if (!drop && to > from) kept.push(chunk.subarray(from, to));
      from = to;
    };
    for (let at = 0; at < whole; at += unit) {
      const code = unit === 1 ? chunk[at]! : little ? chunk.readUInt16LE(at) : chunk.readUInt16BE(at);
      const second = code === LF && crEnds && afterCr;
      afterCr = code === CR;
      if (second) {
        // The LF of a CRLF: its CR has ended the line already, and it belongs to that end.
        kept.push(chunk.subarray(from, at + unit));
        from = at + unit;
      } else if (code === LF || (code === CR && crEnds)) {
        pass(at);
        kept.push(chunk.subarray(at, at + unit));
        from = at + unit;
        line++;
        drop = doomed();
      }
    }
    pass(whole);
    if (kept.length > 0) yield Buffer.concat(kept);
  }
  if (odd !== null && !drop) yield odd;
}
