import { useQuery } from "@tanstack/react-query";
import { type Description, describe } from "../providers/records.ts";

/** What a dataset's records look like: columns, key, and how the organization's API names them. */
export function useDescription(name: string): { description: Description | undefined; error: unknown } {
  const { data, error } = useQuery({ queryKey: ["description", name], queryFn: () => describe(name) });
  return { description: data, error };
}
