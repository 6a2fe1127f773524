import type { RaRecord } from "react-admin";
import type { Row } from "../providers/shapes.ts";

/** A version of a row, as the organization's API gives it: its columns and who made it, when, by what. */
export interface Version extends RaRecord {
  row: Row & {
    version: number;
    changeType: "insert" | "update" | "restore" | "delete";
    changedFields: string[] | null;
    validFrom: string;
    validTo: string | null;
    changedBy: string | null;
    runId: string | null;
    sourceLine: string | null;
  };
}
