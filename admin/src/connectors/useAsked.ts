import { useQuery } from "@tanstack/react-query";
import { graphql } from "../providers/http.ts";
import type { Row } from "../providers/shapes.ts";

interface Options<T> {
  enabled?: boolean;
  /** Milliseconds until it is asked again, by what was answered; false: not. */
  every?: (data: T | undefined) => number | false;
}

/** Asks the platform API, and again while what it answers is still on its way. */
export function useAsked<T>(query: string, variables: Row = {}, { enabled = true, every }: Options<T> = {}) {
  return useQuery<T>({
    queryKey: ["asked", query, variables],
    queryFn: ({ signal }) => graphql<T>("platform", query, variables, signal),
    enabled,
    refetchInterval: (found) => every?.(found.state.data) ?? false,
  });
}

/** Something is under way: ask soon. Nothing is: ask now and then. */
export const SOON_MS = 1_000;
export const NOW_AND_THEN_MS = 15_000;
