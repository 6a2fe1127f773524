/** Ready-made connectors to well-known APIs, as the server has them. */
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { usePresetTexts } from "../access/systemTexts.ts";
import { call } from "../providers/http.ts";
import { organizationPath } from "../providers/operations.ts";
import type { Texts } from "./specs.ts";

export interface Preset {
  name: string;
  title: string;
  documentation: string;
  /** What people fill in where `{name}` stands, and what it is. */
  parameters: Record<string, string>;
  connector: { kind: string; settings: Record<string, unknown>; secret: string[] };
  source: { how: string; mode: string; key: string[]; selection: Record<string, unknown> };
}

export function usePresets(): Preset[] {
  const texts = usePresetTexts();
  const { data } = useQuery({
    queryKey: ["connector-presets"],
    queryFn: () => call<{ presets: Preset[] }>(organizationPath("connector-presets")),
    staleTime: Number.POSITIVE_INFINITY,
  });
  return useMemo(() => (data?.presets ?? []).map(texts), [data, texts]);
}

/** The preset's parameters that stand in these texts. */
export function parametersOf(preset: Preset, texts: Texts): string[] {
  const all = Object.values(texts).join("\n");
  return Object.keys(preset.parameters).filter((name) => all.includes(`{${name}}`));
}

/** What was given, put where it is meant; what was not stays in its braces, and is refused by the server. */
export function fillIn(texts: Texts, values: Texts): Texts {
  const fill = (text: string) =>
    text.replace(/\{([a-z]+)\}/g, (place, name: string) => values[name]?.trim() || place);
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, fill(text)]));
}
