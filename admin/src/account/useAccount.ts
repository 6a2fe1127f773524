import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { ACCOUNT, type Account, readAccount } from "./api.ts";

/** One's own account, and the way to read it anew after a change. */
export function useAccount() {
  const { data, error } = useQuery<Account>({ queryKey: ACCOUNT, queryFn: readAccount });
  const client = useQueryClient();
  const refresh = useCallback(() => client.invalidateQueries({ queryKey: ACCOUNT }), [client]);
  return { account: data, error, refresh };
}
