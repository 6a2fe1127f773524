import { useQuery } from "@tanstack/react-query";
import { NOW_AND_THEN_MS, SOON_MS } from "../connectors/useAsked.ts";
import { graphql } from "../providers/http.ts";
import type { RejectedRow, RowIssue } from "../runs/types.ts";

/** As many of the newest open rows are on the bench at once; the others follow when these are done. */
export const MOST_ROWS = 500;
/** Issues come in pieces, so that the rows of a piece surely have all of theirs. */
const PIECE = 200;
const MOST_ISSUES = 1000;
const MOVING = new Set(["queued", "running", "waiting", "held"]);

export interface OpenRow extends RejectedRow {
  createdAt: string;
  /** The replay that has it in hand, or had it in vain. */
  replayRunRun: { id: string; status: string } | null;
  run: { id: string; file: { fileName: string } | null } | null;
  issues: RowIssue[];
}

export const keyOf = (row: { runId: string; line: string }): string => `${row.runId} ${row.line}`;
export const inHand = (row: OpenRow): boolean => MOVING.has(row.replayRunRun?.status ?? "");
export const mayReplay = (row: OpenRow): boolean => !inHand(row);

// Replays belong to finished loads: a held or failed one is decided as a whole.
const ROWS = `query OpenRows($dataset: UUID!, $first: Int!) {
  rejectedRows(
    first: $first, orderBy: [CREATED_AT_DESC, RUN_ID_DESC, LINE_ASC]
    filter: { datasetId: { equalTo: $dataset }, status: { equalTo: "open" }, run: { status: { equalTo: "succeeded" } } }
  ) {
    totalCount
    nodes {
      runId line datasetId raw record status replayRun createdAt
      replayRunRun { id status } run { id file { fileName } }
    }
  }
}`;
const ISSUES = `query OpenIssues($filter: RowIssueFilter!, $first: Int!) {
  rowIssues(first: $first, filter: $filter) { nodes {
    runId line columnName rule severity rejected value message remedy
  } }
}`;

type Issue = RowIssue & { runId: string };

async function issuesOf(rows: OpenRow[], signal: AbortSignal): Promise<Map<string, Issue[]>> {
  const found: Issue[] = [];
  for (let from = 0; from < rows.length; from += PIECE) {
    const byRun = Map.groupBy(rows.slice(from, from + PIECE), ({ runId }) => runId);
    const or = [...byRun].map(([runId, of]) => ({
      runId: { equalTo: runId },
      line: { in: of.map(({ line }) => line) },
    }));
    const answer = await graphql<{ rowIssues: { nodes: Issue[] } }>(
      "platform",
      ISSUES,
      { filter: { rejected: { equalTo: true }, or }, first: MOST_ISSUES },
      signal,
    );
    found.push(...answer.rowIssues.nodes);
  }
  return Map.groupBy(found, keyOf);
}

interface Answer {
  rejectedRows: { totalCount: number; nodes: OpenRow[] };
}

async function fetchBench(dataset: string, signal: AbortSignal) {
  const { rejectedRows } = await graphql<Answer>("platform", ROWS, { dataset, first: MOST_ROWS }, signal);
  const issues = await issuesOf(rejectedRows.nodes, signal);
  const rows = rejectedRows.nodes.map((row) => ({
    ...row,
    id: keyOf(row),
    issues: (issues.get(keyOf(row)) ?? []).map((issue) => ({
      ...issue,
      id: `${keyOf(row)} ${issue.rule} ${issue.columnName}`,
    })),
  }));
  return { rows, total: rejectedRows.totalCount };
}

/** Open rejected rows of a dataset across its runs, with why each was rejected. */
export function useWorkbench(dataset: string | null) {
  return useQuery({
    queryKey: ["rejected", dataset],
    queryFn: ({ signal }) => fetchBench(dataset ?? "", signal),
    enabled: dataset !== null,
    refetchInterval: (found) => (found.state.data?.rows.some(inHand) ? SOON_MS * 2 : NOW_AND_THEN_MS),
  });
}

const WHERE = `query WhereOpen {
  rejectedRows(first: 1, orderBy: [CREATED_AT_DESC], filter: {
    status: { equalTo: "open" }, datasetExists: true, run: { status: { equalTo: "succeeded" } }
  }) {
    nodes { datasetId }
  }
}`;

/** The dataset where rows were rejected last: where somebody who comes without a choice begins. */
export function useLatestDataset(): string | null {
  const { data } = useQuery({
    queryKey: ["rejected", "latest"],
    queryFn: ({ signal }) =>
      graphql<{ rejectedRows: { nodes: { datasetId: string }[] } }>("platform", WHERE, {}, signal),
  });
  return data?.rejectedRows.nodes[0]?.datasetId ?? null;
}
