/** Asking for and changing who may do what: functions and tables of the schema access, over the platform API. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { useNotify } from "react-admin";
import { useAct } from "../account/useAct.ts";
import { graphql } from "../providers/http.ts";
import type { Row } from "../providers/shapes.ts";

/** Everything asked here is forgotten by one change: who may do what hangs together. */
const ACCESS = "access";

export interface Nodes<T> {
  nodes: T[];
}

interface Options {
  enabled?: boolean;
  /** Milliseconds between two looks, where time itself changes the answer. */
  every?: number;
}

export function useAccess<T>(query: string, variables: Row = {}, { enabled = true, every }: Options = {}) {
  return useQuery({
    queryKey: [ACCESS, query, variables],
    queryFn: ({ signal }) => graphql<T>("platform", query, variables, signal),
    enabled,
    ...(every ? { refetchInterval: every } : {}),
  });
}

const capital = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

/** Calls one of the API's functions that change something; `selection` is what of the answer is wanted. */
export async function change<T = unknown>(
  field: string,
  input: Row,
  selection = "clientMutationId",
): Promise<T> {
  const query = `mutation Change($input: ${capital(field)}Input!) { done: ${field}(input: $input) { ${selection} } }`;
  const { done } = await graphql<{ done: T }>("platform", query, { input });
  return done;
}

/** Asks anew for all that was asked about access. */
export function useForget(): () => Promise<void> {
  const client = useQueryClient();
  return useCallback(async () => {
    await client.invalidateQueries();
  }, [client]);
}

/** A change that a button makes: what went wrong, whether it goes on, and a notice when it is done. */
export function useChange<A extends unknown[]>(work: (...given: A) => Promise<unknown>, done?: string) {
  const notify = useNotify();
  const forget = useForget();
  return useAct<A>(async (...given: A) => {
    await work(...given);
    if (done) notify(done, { type: "success" });
    await forget();
  });
}
