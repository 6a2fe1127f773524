export const KINDS = ["row_filter", "mask", "permit", "forbid"] as const;
export type Kind = (typeof KINDS)[number];

export const MASKS = ["null", "constant", "hash", "partial", "year"] as const;

export interface Mask {
  kind: (typeof MASKS)[number];
  value?: unknown;
  first?: number;
  last?: number;
  fields?: string[];
}

export interface Policy {
  id: string;
  name: string;
  description: string;
  kind: Kind;
  roles: string[];
  users: string[];
  datasets: string[];
  tags: string[];
  permissions: string[];
  condition: Record<string, unknown> | null;
  mask: Mask | null;
  priority: number;
  enabled: boolean;
}

export const POLICY_FIELDS =
  "id name description kind roles users datasets tags permissions condition mask priority enabled";

/** Rows are judged one by one, and have columns to ask about; permissions are not. */
export const onRows = (kind: Kind): boolean => kind === "row_filter" || kind === "mask";
