/** A dry run as the server answers it. */

import type { Problem } from "../providers/errors.ts";
import { call } from "../providers/http.ts";
import { organizationPath } from "../providers/operations.ts";
import type { Json } from "./draft.ts";

export interface TrialColumn {
  name: string;
  type: string;
}
type Sample = (string | null)[][];

export interface TrialStep {
  /** 0 is the input. */
  position: number;
  kind: string;
  label: string;
  rowsIn: number;
  rowsOut: number;
  columnsIn: TrialColumn[] | null;
  columns: TrialColumn[];
  sampleIn: Sample | null;
  sampleOut: Sample | null;
}

export interface Trial {
  limited: boolean;
  steps: TrialStep[];
  outputs: { dataset: string; rows: number; step: number | null; columns: TrialColumn[] }[];
  error:
    | (Problem & { step?: number | null; position?: number | null; told?: string; sample?: unknown })
    | null;
}

export const tryOut = (definition: Json, fileId: string | null): Promise<Trial> =>
  call<Trial>(organizationPath("pipelines/dry-run"), { definition, ...(fileId ? { fileId } : {}) });
