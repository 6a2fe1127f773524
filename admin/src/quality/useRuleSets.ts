/** Rule sets, as the platform API tells them, in the reader's language. */
import { change, type Nodes } from "../access/api.ts";
import { useRuleSetTexts } from "../access/systemTexts.ts";
import { useAsked } from "../connectors/useAsked.ts";
import type { Definition } from "./types.ts";

export interface RuleSet {
  setKey: string;
  origin: "organization" | "system" | "marketplace";
  name: string;
  publisher: string;
  version: number;
  industry: string | null;
  title: string | null;
  description: string | null;
  rules: { name: string }[];
  installs: string;
}

interface Installed {
  setKey: string;
  version: number;
}

/** A rule of a set, bound to fields of a dataset. */
export interface Proposal {
  rule: string;
  name: string;
  fields: Record<string, string>;
  confidence: number;
  accepted: boolean;
  problem: string | null;
  definition: Definition;
  sample: { rows: number; failures: number } | null;
}

interface Done {
  rules: { name: string }[];
  left_out: { rule: string; name: string | null; why: string }[];
}

const LIST = `query RuleSets($id: UUID!) {
  listRuleSets(first: 1000) {
    nodes { setKey origin name publisher version industry title description rules installs }
  }
  ruleSetInstalls(first: 500, filter: { datasetId: { equalTo: $id } }) { nodes { setKey version } }
}`;

export function useRuleSets(datasetId: string) {
  const { data, error } = useAsked<{ listRuleSets: Nodes<RuleSet>; ruleSetInstalls: Nodes<Installed> }>(
    LIST,
    { id: datasetId },
  );
  const texts = useRuleSetTexts();
  const installed = new Map(data?.ruleSetInstalls.nodes.map((one) => [one.setKey, one.version]));
  return { sets: data?.listRuleSets.nodes.map(texts), installed, error };
}

export async function propose(setKey: string, datasetId: string): Promise<Proposal[]> {
  const { result } = await change<{ result: { rules: Proposal[] } }>(
    "proposeRuleSet",
    { setKey, datasetId },
    "result",
  );
  return result.rules;
}

export async function install(
  setKey: string,
  datasetId: string,
  chosen: Proposal[],
  deploy: boolean,
): Promise<Done> {
  const mapping = chosen.map(({ rule, fields }) => ({ rule, fields }));
  const { result } = await change<{ result: Done }>(
    "installRuleSet",
    { setKey, datasetId, mapping, deploy },
    "result",
  );
  return result;
}
