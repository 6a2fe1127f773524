/** Every preset makes a connector and a source that the database and the worker take. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { fillIn, presetNames, readPreset } from "../../../lib/connectors/presets.ts";
import { loadKind } from "../../../worker/connectors/index.ts";
import { type ConnectorBench, createConnectorBench } from "./support.ts";

let bench: ConnectorBench;
beforeAll(async () => {
  bench = await createConnectorBench();
});
afterAll(() => bench.close());

it("each is whole", async () => {
  const names = await presetNames();
  expect(names).toEqual(["github-issues", "socrata-dataset", "stripe-list", "worldbank-indicator"]);
  for (const name of names) {
    const preset = await readPreset(name);
    const values = Object.fromEntries(Object.keys(preset.parameters).map((one) => [one, "some.value-1"]));
    const { kind, settings, secret } = preset.connector;
    const filled = fillIn(settings, preset, values);
    const shapes = await loadKind(kind);
    expect(shapes.settings.safeParse(filled).error, name).toBeUndefined();
    expect(Object.keys(shapes.secret.shape), name).toEqual(expect.arrayContaining(secret));
    const { how, mode, key, selection } = preset.source;
    const wanted = fillIn(selection, preset, values);
    expect(shapes.selection.safeParse(wanted).error, name).toBeUndefined();
    expect(JSON.stringify([filled, wanted]), name).toContain("some.value-1");
    await bench.connector(name, kind, filled);
    await bench.source(name, name, wanted, { how, mode, key });
  }
});

it("what is filled in stays within its part of the address", async () => {
  const preset = await readPreset("github-issues");
  for (const owner of ["a/../b", "a?x=y", "", "a b", "{repository}"]) {
    expect(() => fillIn(preset.source.selection, preset, { owner, repository: "r" }), owner).toThrow(/owner/);
  }
});
