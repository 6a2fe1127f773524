/** A long series with fewer points, for drawing: what stands out stays. */
import type { Scored } from "./anomalies.ts";

/** Of each of equal parts the least and the greatest stay, and every anomaly. */
export function thinSeries(points: readonly Scored[], most: number): Scored[] {
  if (points.length <= most) return [...points];
  const size = Math.ceil(points.length / Math.max(1, Math.floor(most / 2)));
  const kept: Scored[] = [];
  for (let from = 0; from < points.length; from += size) {
    const part = points.slice(from, from + size);
    const low = part.reduce((a, b) => (b.value < a.value ? b : a));
    const high = part.reduce((a, b) => (b.value > a.value ? b : a));
    kept.push(...part.filter((point) => point === low || point === high || point.anomaly));
  }
  return kept;
}
