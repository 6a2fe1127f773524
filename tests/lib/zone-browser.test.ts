/** How the back office tells and reads moments in a chosen zone: there and back, and where the clocks change. */
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";

// The module asks the browser what it remembers.
const kept = new Map<string, string>();
Object.defineProperty(globalThis, "localStorage", {
  configurable: true,
  value: {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
    removeItem: (key: string) => kept.delete(key),
  },
});

let zone: typeof import("../../admin/src/components/zone.ts");
beforeAll(async () => {
  zone = await import("../../admin/src/components/zone.ts");
});

const read = (text: string) => zone.typedMoment(text)?.toISOString() ?? null;

describe("moments in the organization's zone", () => {
  it("go into an input and come back, in any zone, but for the hour that comes twice", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...Intl.supportedValuesOf("timeZone")),
        fc.integer({ min: Date.UTC(1971, 0, 1) / 1000, max: Date.UTC(2037, 0, 1) / 1000 }),
        (name, seconds) => {
          zone.keepOrganizationZone(name);
          const iso = new Date(seconds * 1000).toISOString();
          const text = zone.typedText(iso);
          const back = zone.typedMoment(text)!;
          // Whatever it comes back as, the clock shows the same then; and it is the first such time.
          expect(zone.typedText(back.toISOString())).toBe(text);
          expect(back.getTime()).toBeLessThanOrEqual(seconds * 1000);
          expect(seconds * 1000 - back.getTime()).toBeLessThanOrEqual(2 * 3_600_000);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it("are the first of two, and an hour later where there are none", () => {
    zone.keepOrganizationZone("Europe/Paris");
    expect(read("2026-10-25T02:30")).toBe("2026-10-25T00:30:00.000Z");
    expect(read("2026-03-29T02:30")).toBe("2026-03-29T01:30:00.000Z");
    zone.keepOrganizationZone("America/New_York");
    expect(read("2026-11-01T01:30")).toBe("2026-11-01T05:30:00.000Z");
    expect(read("2026-03-08T02:30")).toBe("2026-03-08T07:30:00.000Z");
  });

  it("are the visitor's own by choice, and where the organization has none or one that is not known", () => {
    zone.keepOrganizationZone("Asia/Kathmandu");
    expect(zone.typedText("2026-01-01T00:00:00Z")).toBe("2026-01-01T05:45:00");
    zone.preferOwnZone(true);
    expect(zone.currentZone()).toBe(zone.visitorsZone());
    zone.preferOwnZone(false);
    expect(zone.currentZone()).toBe("Asia/Kathmandu");
    zone.keepOrganizationZone("Europe/Atlantis");
    expect(zone.currentZone()).toBe(zone.visitorsZone());
    zone.keepOrganizationZone(null);
    expect(zone.currentZone()).toBe(zone.visitorsZone());
  });

  it("are none while they are half typed", () => {
    expect(read("")).toBeNull();
    expect(read("2026-13-45T00:00")).toBeNull();
  });
});
