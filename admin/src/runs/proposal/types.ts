/** What a held run's file asks of its dataset's contract. */
export interface ProposedField {
  name: string;
  sourceName: string;
  type: string;
  required: boolean;
  evidence: string;
}

export type ProposedChange =
  | { change: "renamed"; field: string; column: string; to?: string; evidence: string }
  | {
      change: "added";
      column: string;
      field: { name: string; sourceName: string; type: string };
      evidence: string;
    }
  | { change: "dropped"; field: string; retire?: boolean; evidence: string }
  | { change: "retyped"; field: string; column: string; from: string; to: string | null; evidence: string }
  | { change: "ignored"; column: string; evidence: string };

export interface Proposal {
  runId: string;
  datasetName: string;
  kind: "new" | "change";
  /** The run does not wait for it alone: its gate's question stands too. */
  isAdvice: boolean;
  status: "open" | "accepted" | "refused";
  contractVersion: number | null;
  fields: ProposedField[];
  keyFields: string[];
  changes: ProposedChange[];
  effect: {
    rowsSeen?: number;
    complete?: boolean;
    keyCandidates?: { fields: string[]; evidence: string }[];
    sampledRows?: number;
    matchedRows?: number;
    currentRows?: number;
  };
}

export const FIELD_TYPES = [
  "text",
  "integer",
  "bigint",
  "numeric",
  "boolean",
  "date",
  "timestamptz",
  "time",
  "uuid",
  "jsonb",
  "text[]",
];
