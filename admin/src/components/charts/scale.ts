/** From values to pixels, and the round numbers beside an axis. */

export type Scale = (value: number) => number;

export function linear(
  [from, to]: readonly [number, number],
  [start, end]: readonly [number, number],
): Scale {
  const span = to - from || 1;
  return (value) => start + ((value - from) / span) * (end - start);
}

const STEPS = [1, 2, 2.5, 5, 10];

/** About so many round numbers that cover the values. */
export function roundTicks(low: number, high: number, about: number): number[] {
  const span = high - low;
  if (!(span > 0)) return [low];
  const rough = span / about;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * (STEPS.find((one) => one * power >= rough) ?? 10);
  const first = Math.floor(low / step);
  const count = Math.ceil(high / step) - first;
  // Counted in whole steps, so that no rounding adds up.
  return Array.from({ length: count + 1 }, (_none, index) =>
    Number(((first + index) * step).toPrecision(12)),
  );
}

/** So many values evenly between the ends, both of them among these. */
export function evenTicks(low: number, high: number, count: number): number[] {
  if (!(high > low) || count < 2) return [low];
  return Array.from({ length: count }, (_none, index) => low + ((high - low) * index) / (count - 1));
}

/** A line through points as SVG says it; null breaks it. */
export function pathOf(points: readonly ({ x: number; y: number } | null)[]): string {
  let open = false;
  const parts: string[] = [];
  for (const point of points) {
    if (point) parts.push(`${open ? "L" : "M"}${point.x.toFixed(1)} ${point.y.toFixed(1)}`);
    open = point !== null;
  }
  return parts.join("");
}
