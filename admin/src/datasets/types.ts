import type { RaRecord } from "react-admin";

export interface Dataset extends RaRecord {
  id: string;
  name: string;
  title: string;
  description: string;
  tags: string[];
  sensitivity: number;
  keyFields: string[];
  defaultMode: "upsert" | "snapshot" | "append";
  contractVersion: number;
  maxRejectedShare: string;
  gateMinRows: number;
  rowCount: string;
  lastRunId: string | null;
  loadedAt: string | null;
  createdBy: string | null;
  createdAt: string;
}

export interface Field extends RaRecord {
  datasetId: string;
  name: string;
  sourceName: string;
  position: number;
  type: string;
  required: boolean;
  minimum: string | null;
  maximum: string | null;
  pattern: string | null;
  allowedValues: string[] | null;
  notInFuture: boolean;
  referencesDataset: string | null;
  referencesField: string | null;
  nullTokens: string[] | null;
  tags: string[];
  description: string;
  retiredAt: string | null;
}
