/** The declared shape of a dataset: its fields, and the proposal that inference makes from a file. */

/** A PostgreSQL type a field may have. */
export type FieldType =
  | "text"
  | "integer"
  | "bigint"
  | `numeric(${number},${number})`
  | "numeric"
  | "boolean"
  | "date"
  | "timestamptz"
  | "time"
  | "uuid"
  | "jsonb"
  | "text[]";

export interface FieldSpec {
  /** SQL identifier matching ^[a-z_][a-z0-9_]{0,62}$. */
  name: string;
  /** The header as the file spells it. */
  sourceName: string;
  /** 0-based place among the file's columns. */
  position: number;
  type: FieldType;
  required: boolean;
  isKey: boolean;
  /** Least allowed value, as text that the field's type parses. */
  minimum?: string | null;
  maximum?: string | null;
  /** POSIX regular expression the whole value matches. */
  pattern?: string | null;
  allowedValues?: string[] | null;
  notInFuture?: boolean;
  /** Tokens that mean null; DEFAULT_NULL_TOKENS where absent. */
  nullTokens?: string[] | null;
  description?: string | null;
}

/**
 * Tokens that mean null in typed (non-text) columns. In text columns only the empty unquoted value and \N
 * mean null, because "NA" may be Namibia and "NULL" a surname.
 */
export const DEFAULT_NULL_TOKENS: readonly string[] = ["", "NA", "N/A", "NULL", "\\N"];

/** What was seen of one column; the ground on which a person accepts or corrects the proposal. */
export interface FieldEvidence {
  /** Values seen, nulls included. */
  values: number;
  nulls: number;
  /** Exact up to the bound in infer.ts; `distinctExact` is false beyond it (then it is a lower bound). */
  distinct: number;
  distinctExact: boolean;
  /** Least and greatest non-null value: in the type's own order, as text. Texts are cut to 200 characters. */
  minimum: string | null;
  maximum: string | null;
  maxLength: number;
  /** A sentence for a person: "1,000 of 1,000 values parse as integer; min 3, max 912; 2 empty". */
  text: string;
  /** Why a more specific type was not proposed: type, line and value of what spoke against it. */
  rejected: { type: string; line: number; value: string }[];
}

export interface KeyCandidate {
  fields: string[];
  evidence: string;
}

export interface ContractProposal {
  fields: FieldSpec[];
  /** Best first. One with repeated rows says so in its evidence and comes after every exact one. */
  keyCandidates: KeyCandidate[];
  /** By field name. */
  evidence: Record<string, FieldEvidence>;
  rowsSeen: number;
  /** True where every row of the file was seen. */
  complete: boolean;
}
