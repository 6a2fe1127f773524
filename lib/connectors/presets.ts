/** Ready-made connectors to well-known APIs: JSON files whose parameters people fill in. */
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { AppError } from "../errors.ts";

const FOLDER = path.join(import.meta.dirname, "presets");

const presetShape = z.strictObject({
  title: z.string(),
  documentation: z.url(),
  parameters: z.record(z.string(), z.string()),
  connector: z.strictObject({
    kind: z.string(),
    settings: z.record(z.string(), z.unknown()),
    secret: z.array(z.string()),
  }),
  source: z.strictObject({
    how: z.string(),
    mode: z.string(),
    key: z.array(z.string()),
    selection: z.record(z.string(), z.unknown()),
  }),
});
export type Preset = z.output<typeof presetShape>;

export async function presetNames(): Promise<string[]> {
  const files = await readdir(FOLDER);
  return files
    .filter((file) => file.endsWith(".json"))
    .map((file) => file.slice(0, -5))
    .sort();
}

/** Errors: AppError NOT_FOUND. */
export async function readPreset(name: string): Promise<Preset> {
  const names = await presetNames();
  if (!names.includes(name)) {
    throw new AppError("NOT_FOUND", `there is no preset ${name}`, { hint: `There are ${names.join(", ")}.` });
  }
  return presetShape.parse(JSON.parse(await readFile(path.join(FOLDER, `${name}.json`), "utf8")));
}

const PLACE = /\{([a-z]+)\}/g;
/** Within an address or a path, where a value must not begin another part. */
const VALUE = /^[A-Za-z0-9._-]{1,200}$/;

/** Fills `{name}` in wherever a parameter of the preset is meant. Errors: AppError BAD_INPUT. */
export function fillIn<T>(part: T, preset: Preset, values: Record<string, string>): T {
  const fill = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(fill);
    if (typeof value === "object" && value !== null)
      return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, fill(inner)]));
    if (typeof value !== "string") return value;
    return value.replace(PLACE, (place, name: string) => {
      const told = preset.parameters[name];
      if (told === undefined) return place;
      const given = values[name];
      if (given !== undefined && VALUE.test(given)) return given;
      throw new AppError(
        "BAD_INPUT",
        given === undefined
          ? `${name} is missing: ${told}`
          : `${name} is made of letters, digits, dots, hyphens and underscores`,
        {
          hint: `Give --set ${name}=...`,
          field: name,
        },
      );
    });
  };
  return fill(part) as T;
}
