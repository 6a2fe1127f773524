import { useGetList } from "react-admin";
import type { RejectedRow, RowIssue } from "./types.ts";

/** Reasons are counted among this many issues; a file with more has the same reasons over and over. */
const COUNTED_ISSUES = 1000;

/** A page of rejected rows with the issues of exactly these rows. */
export function useRejected(runId: string, page: number, size: number) {
  const rejected = useGetList<RejectedRow>("rejectedRows", {
    filter: { runId },
    sort: { field: "line", order: "ASC" },
    pagination: { page: page + 1, perPage: size },
  });
  const rows = rejected.data ?? [];
  const lines = rows.map((row) => row.line);
  const found = useGetList<RowIssue>(
    "rowIssues",
    {
      filter: { runId, line: lines },
      sort: { field: "line", order: "ASC" },
      pagination: { page: 1, perPage: COUNTED_ISSUES },
    },
    { enabled: lines.length > 0 },
  );
  // What a row was rejected for comes before what was only noticed.
  const issues = (found.data ?? []).toSorted((a, b) => Number(b.rejected) - Number(a.rejected));
  return { rows, total: rejected.total ?? 0, issues: Map.groupBy(issues, (issue) => issue.line) };
}

export interface Reason {
  rule: string;
  column: string;
  count: number;
}

/** Which rules were broken on which columns, the most frequent first. */
export function useReasons(runId: string): { reasons: Reason[]; partial: boolean } {
  const { data = [], total = 0 } = useGetList<RowIssue>("rowIssues", {
    filter: { runId, rejected: true },
    sort: { field: "line", order: "ASC" },
    pagination: { page: 1, perPage: COUNTED_ISSUES },
  });
  const groups = Map.groupBy(data, (issue) => `${issue.rule}\n${issue.columnName}`);
  const reasons = [...groups.values()].map((issues) => ({
    rule: issues[0]!.rule,
    column: issues[0]!.columnName,
    count: issues.length,
  }));
  return { reasons: reasons.sort((a, b) => b.count - a.count), partial: total > COUNTED_ISSUES };
}
