/** A series that is thinned for drawing keeps its order, its ends of scale and everything that stands out. */
import fc from "fast-check";
import { expect, it } from "vitest";
import type { Scored } from "../../lib/quality/anomalies.ts";
import { thinSeries } from "../../lib/quality/thin.ts";

const point = fc.record({ value: fc.double({ noNaN: true, min: -1e6, max: 1e6 }), anomaly: fc.boolean() });
const series = fc
  .array(point, { maxLength: 400 })
  .map((points) =>
    points.map((p, time): Scored => ({ ...p, time, baseline: null, unit: 1, score: 0, threshold: null })),
  );

it("of any series", () => {
  fc.assert(
    fc.property(series, fc.integer({ min: 2, max: 200 }), (points, most) => {
      const kept = thinSeries(points, most);
      const anomalies = (of: Scored[]) => of.filter((p) => p.anomaly);
      expect(kept).toEqual(points.filter((p) => kept.includes(p)));
      expect(anomalies(kept)).toEqual(anomalies(points));
      expect(kept.length - anomalies(kept).length).toBeLessThanOrEqual(Math.max(most, 2));
      const values = (of: Scored[]) => of.map(({ value }) => value);
      if (points.length > 0) {
        expect(Math.max(...values(kept))).toBe(Math.max(...values(points)));
        expect(Math.min(...values(kept))).toBe(Math.min(...values(points)));
      }
    }),
  );
});
