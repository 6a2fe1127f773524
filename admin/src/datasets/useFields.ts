import { useGetList } from "react-admin";
import type { Field } from "./types.ts";

/** The contract in force: fields by position, retired ones left out. */
export function useFields(datasetId: string | null | undefined): Field[] {
  const { data } = useGetList<Field>(
    "fields",
    {
      filter: { datasetId },
      sort: { field: "name", order: "ASC" },
      pagination: { page: 1, perPage: 1000 },
    },
    { enabled: Boolean(datasetId) },
  );
  return (data ?? []).filter((field) => field.retiredAt === null).sort((a, b) => a.position - b.position);
}
