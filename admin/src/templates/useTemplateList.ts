/** Templates that can be installed, and the pipelines that came from one. */
import type { Nodes } from "../access/api.ts";
import { useTemplateTexts } from "../access/systemTexts.ts";
import { useAsked } from "../connectors/useAsked.ts";
import type { Json } from "../pipelines/draft.ts";

export type Origin = "organization" | "system" | "marketplace";

export interface Template {
  template: string;
  origin: Origin;
  name: string;
  publisher: string;
  version: number;
  title: string;
  description: string;
  definition: Json;
  shared: boolean;
  installs: string;
}

export interface Installed {
  id: string;
  name: string;
  title: string;
  originTemplate: string | null;
  originVersion: number | null;
}

const LIST = `query TemplateList {
  listTemplates(first: 1000) { nodes { template origin name publisher version title description definition shared installs } }
  pipelines(first: 1000, orderBy: [NAME_ASC], filter: { originTemplate: { isNull: false } }) {
    nodes { id name title originTemplate originVersion }
  }
}`;

export function useTemplateList() {
  const { data, error } = useAsked<{ listTemplates: Nodes<Template>; pipelines: Nodes<Installed> }>(LIST);
  const texts = useTemplateTexts();
  const templates = data?.listTemplates.nodes.map((one) => ({ ...one, ...texts(one) }));
  return { templates, installed: data?.pipelines.nodes ?? [], error };
}

/** The kinds of a definition's steps, in order; a model has one select. */
export function stepsOf({ kind, steps }: Json): string[] {
  if (kind === "model") return ["sql"];
  return Array.isArray(steps) ? steps.map((step) => String((step as Json).kind ?? "")) : [];
}
