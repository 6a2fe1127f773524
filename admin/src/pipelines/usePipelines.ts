import { useTemplateTexts } from "../access/systemTexts.ts";
import type { Failure } from "../connectors/types.ts";
import { NOW_AND_THEN_MS, SOON_MS, useAsked } from "../connectors/useAsked.ts";
import type { Json } from "./draft.ts";

interface Nodes<T> {
  nodes: T[];
}

export interface Pipeline {
  id: string;
  name: string;
  title: string;
  description: string;
  version: number;
  origin: string | null;
  updatedAt: string;
}

export interface Execution {
  id: string;
  pipelineId: string;
  version: number;
  status: string;
  trigger: string;
  rowsIn: string | null;
  rowsOut: string | null;
  error: (Failure & { step?: number | null }) | null;
  runId: string | null;
  rerunOf: string | null;
  rerunFrom: "start" | "step" | "load" | null;
  requestedBy: string | null;
  byService: boolean;
  createdAt: string;
  startedAt: string | null;
  finishedAt: string | null;
  file: { fileName: string } | null;
  pipelineRunSteps: Nodes<{ position: number; kind: string; label: string; rowsIn: string; rowsOut: string }>;
}

const PIPELINE = "id name title description version origin updatedAt";
const EXECUTION = `id pipelineId version status trigger rowsIn rowsOut error runId rerunOf rerunFrom requestedBy byService
  createdAt startedAt finishedAt file { fileName }
  pipelineRunSteps(first: 60, orderBy: [POSITION_ASC]) { nodes { position kind label rowsIn rowsOut } }`;
const LATEST = 200;

const LIST = `query Pipelines {
  pipelines(first: 1000, orderBy: [NAME_ASC]) { nodes { ${PIPELINE} } }
  pipelineRuns(first: ${LATEST}, orderBy: [CREATED_AT_DESC]) { nodes {
    id pipelineId status error createdAt rowsIn rowsOut
  } }
}`;

export type Latest = Pick<
  Execution,
  "id" | "pipelineId" | "status" | "error" | "createdAt" | "rowsIn" | "rowsOut"
>;

const OPEN = new Set(["queued", "running", "waiting"]);
export const isOpen = ({ status }: { status: string }): boolean => OPEN.has(status);

export function usePipelines() {
  const { data, error } = useAsked<{ pipelines: Nodes<Pipeline>; pipelineRuns: Nodes<Latest> }>(
    LIST,
    {},
    { every: (found) => (found?.pipelineRuns.nodes.some(isOpen) ? SOON_MS : NOW_AND_THEN_MS) },
  );
  const latest = new Map<string, Latest>();
  for (const run of data?.pipelineRuns.nodes ?? [])
    if (!latest.has(run.pipelineId)) latest.set(run.pipelineId, run);
  return { pipelines: data?.pipelines.nodes, latest, error };
}

const ONE = `query PipelinePage($name: String!) {
  pipelines(first: 1, filter: { name: { equalTo: $name } }) { nodes {
    ${PIPELINE}
    pipelineVersions(first: 1, orderBy: [VERSION_DESC]) { nodes { version definition note createdAt } }
  } }
}`;

export type Whole = Pipeline & { pipelineVersions: Nodes<{ version: number; definition: Json }> };

export function usePipeline(name: string) {
  const { data, error } = useAsked<{ pipelines: Nodes<Whole> }>(ONE, { name });
  return { pipeline: data ? (data.pipelines.nodes[0] ?? null) : undefined, error };
}

const RUNS = `query Executions($id: UUID!) {
  pipelineRuns(first: 25, orderBy: [CREATED_AT_DESC], filter: { pipelineId: { equalTo: $id } }) { nodes { ${EXECUTION} } }
}`;

export function useExecutions(id: string): Execution[] | undefined {
  const { data } = useAsked<{ pipelineRuns: Nodes<Execution> }>(
    RUNS,
    { id },
    { every: (found) => (found?.pipelineRuns.nodes.some(isOpen) ? SOON_MS : NOW_AND_THEN_MS) },
  );
  return data?.pipelineRuns.nodes;
}

export interface Template {
  template: string;
  origin: string;
  name: string;
  publisher: string;
  title: string;
  description: string;
  definition: Json;
  installs: string;
}

const TEMPLATES = `query Templates {
  listTemplates(first: 200) { nodes { template origin name publisher title description definition installs } }
}`;

export function useTemplates(): Template[] {
  const texts = useTemplateTexts();
  const { data } = useAsked<{ listTemplates: Nodes<Template> }>(TEMPLATES);
  return (data?.listTemplates.nodes ?? []).map((one) => ({ ...one, ...texts(one) }));
}

export interface UploadedFile {
  id: string;
  fileName: string;
  datasetName: string;
  createdAt: string;
}
const FILES = `query RecentFiles {
  files(first: 100, orderBy: [CREATED_AT_DESC]) { nodes { id fileName datasetName createdAt } }
}`;

/** Files that were uploaded lately, to take one as an input. */
export function useFiles(enabled: boolean): UploadedFile[] {
  const { data } = useAsked<{ files: Nodes<UploadedFile> }>(FILES, {}, { enabled });
  return data?.files.nodes ?? [];
}
