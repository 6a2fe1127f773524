/** `--set key=value` of the commands connector and source, as the kind's specification types them. */
import { fail, type OrgRow, type Session } from "./command.ts";

export type Spec = Record<string, { type: string; title?: string }>;
export interface KindRow {
  kind: string;
  settings: Spec;
  secret: Spec;
  selection: Spec;
  hows: string[];
}

export async function kindOf(session: Session, org: OrgRow, name: string): Promise<KindRow> {
  const { rows } = await session.asOrg(org.id, (client) =>
    client.query<KindRow>("select * from ingest.connector_kinds()"),
  );
  const found = rows.find((row) => row.kind === name);
  return (
    found ??
    fail(
      "USAGE",
      name ? `${name} is not a kind of connector` : "--kind is missing",
      `Kinds are ${rows.map((row) => row.kind).join(", ")}.`,
    )
  );
}

export function splitSets(sets: string[]): Record<string, string> {
  return Object.fromEntries(
    sets.map((one) => {
      const at = one.indexOf("=");
      if (at < 1) fail("USAGE", `${one} is not key=value`);
      return [one.slice(0, at), one.slice(at + 1)];
    }),
  );
}

function typedValue(spec: Spec, key: string, value: string): unknown {
  const type = spec[key]?.type;
  if (type === undefined) fail("USAGE", `${key} is not known`, `There are ${Object.keys(spec).join(", ")}.`);
  if (type === "integer" || type === "number")
    return Number.isFinite(Number(value)) ? Number(value) : fail("USAGE", `${key} is a number`);
  if (type === "list")
    return value.startsWith("[") ? parse(key, value) : value.split(",").map((one) => one.trim());
  return type === "object" ? parse(key, value) : value;
}

function parse(key: string, value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return fail("USAGE", `${key} is not JSON`, `Write --set '${key}={"name": "value"}'.`);
  }
}

/** What is none of the preset's parameters. */
export function settingsFrom(
  spec: Spec,
  sets: Record<string, string>,
  parameters: Record<string, string> = {},
): Record<string, unknown> {
  const own = Object.entries(sets).filter(([key]) => !Object.hasOwn(parameters, key));
  return Object.fromEntries(own.map(([key, value]) => [key, typedValue(spec, key, value)]));
}
