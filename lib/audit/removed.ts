/** Versions that retention has removed: what an export claims, held against what sealed events say. */

export interface Removed {
  /** By change, ascending ranges of commitments' numbers. */
  claimed: Map<string, [number, number][]>;
  /** change:range as the export claims them; each must be heard in an event. */
  open: Set<string>;
}

const RANGE = /^(\d+)(?:-(\d+))?$/;

function parse(ranges: string): [number, number][] {
  return ranges.split(",").flatMap((text) => {
    const found = RANGE.exec(text);
    return found ? [[Number(found[1]), Number(found[2] ?? found[1])] as [number, number]] : [];
  });
}

export function claim(said: Readonly<Record<string, string>>): Removed {
  const claimed = new Map<string, [number, number][]>();
  const open = new Set<string>();
  for (const [change, ranges] of Object.entries(said)) {
    claimed.set(
      change,
      parse(ranges).sort((a, b) => a[0] - b[0]),
    );
    for (const range of ranges.split(",")) open.add(`${change}:${range}`);
  }
  return { claimed, open };
}

export function isClaimed({ claimed }: Removed, change: string, entry: number): boolean {
  const ranges = claimed.get(change);
  if (ranges === undefined) return false;
  let low = 0;
  let high = ranges.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const [from, to] = ranges[middle]!;
    if (entry < from) high = middle - 1;
    else if (entry > to) low = middle + 1;
    else return true;
  }
  return false;
}

/** An event says that these were removed. */
export function hear({ open }: Removed, said: unknown): void {
  if (typeof said !== "object" || said === null) return;
  for (const [change, ranges] of Object.entries(said))
    for (const range of String(ranges).split(",")) open.delete(`${change}:${range}`);
}
