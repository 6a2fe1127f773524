import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useSearchParams } from "react-router-dom";
import { graphql } from "../providers/http.ts";
import type { Row } from "../providers/shapes.ts";
import { type Load, momentOfRun } from "./api.ts";
import { momentOfLoad } from "./MomentChoice.tsx";

export const CHANGES = ["added", "changed", "removed", "restored"] as const;
export type Change = (typeof CHANGES)[number];

export interface Difference extends Record<Change, number> {
  unchanged: number;
  columns: { name: string; changed: number }[];
}

export interface DiffRow {
  key: Row;
  change: Change;
  changedFields: string[] | null;
  before: Row | null;
  after: Row | null;
}

/** The two moments that are compared; `to` null: now. Undefined: still to be found. */
export interface Span {
  from: string;
  to: string | null;
  load: string | null;
}

const asMoment = (text: string | null): string | null =>
  text && !Number.isNaN(Date.parse(text)) ? text : null;

/** What the address says is compared: a load with what it found, two moments, or else the last load. */
export function useSpan(loads: Load[] | undefined) {
  const [search, setSearch] = useSearchParams();
  const from = asMoment(search.get("from"));
  const to = asMoment(search.get("to"));
  const load = from ? null : (search.get("load") ?? loads?.[0]?.id ?? null);
  const ofLoad = useQuery({
    queryKey: ["moments", load],
    queryFn: async (): Promise<Span> => {
      const [before, after] = await Promise.all([momentOfRun(load!, true), momentOfRun(load!)]);
      return { from: before, to: after, load };
    },
    enabled: load !== null,
  });
  const span = from ? { from, to, load: null } : load ? ofLoad.data : undefined;
  const chooseLoad = (id: string) => setSearch({ load: id });
  const choose = (wanted: { from: string | null; to: string | null }) =>
    setSearch(
      Object.fromEntries(Object.entries(wanted).filter((part): part is [string, string] => part[1] !== null)),
    );
  return { span, error: ofLoad.error, chooseLoad, choose };
}

export function useDifference(datasetId: string | undefined, span: Span | undefined) {
  return useQuery({
    queryKey: ["diff", datasetId, span?.from, span?.to],
    queryFn: async ({ signal }) => {
      const { diff } = await graphql<{ diff: Difference }>(
        "platform",
        `query Diff($id: UUID!, $from: Datetime!, $to: Datetime) {
           diff(datasetId: $id, fromAt: $from, toAt: $to)
         }`,
        { id: datasetId, from: span!.from, to: span!.to },
        signal,
      );
      return diff;
    },
    enabled: Boolean(datasetId && span),
  });
}

/** As many differing rows as the server gives in all. */
export const MAX_ROWS = 10_000;
export const PAGE_ROWS = 25;

export function useDiffRows(datasetId: string, span: Span, change: Change | null, page: number) {
  return useQuery({
    queryKey: ["diff rows", datasetId, span.from, span.to, change, page],
    queryFn: async ({ signal }) => {
      const { rows } = await graphql<{ rows: { nodes: DiffRow[]; totalCount: number } }>(
        "platform",
        `query DiffRows($id: UUID!, $from: Datetime!, $to: Datetime, $first: Int, $offset: Int, $filter: DiffRowsRecordFilter) {
           rows: diffRows(datasetId: $id, fromAt: $from, toAt: $to, maxRows: ${MAX_ROWS},
                          first: $first, offset: $offset, filter: $filter) {
             totalCount nodes { key change changedFields before after }
           }
         }`,
        {
          id: datasetId,
          from: span.from,
          to: span.to,
          first: PAGE_ROWS,
          offset: page * PAGE_ROWS,
          filter: change ? { change: { equalTo: change } } : undefined,
        },
        signal,
      );
      return rows;
    },
    placeholderData: keepPreviousData,
  });
}

/** The load whose moment this is, for a choice that shows it. */
export const loadAt = (loads: Load[] | undefined, iso: string | null): string | null =>
  loads?.find((load) => momentOfLoad(load) === iso)?.id ?? null;
