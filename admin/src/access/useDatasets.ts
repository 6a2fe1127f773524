import { useMemo } from "react";
import { type Nodes, useAccess } from "./api.ts";

export interface NamedDataset {
  id: string;
  name: string;
  tags: string[];
  /** Its own tags and those of its columns. */
  allTags: string[];
}

export interface NamedField {
  name: string;
  type: string;
  tags: string[];
}

interface Answer {
  datasets: Nodes<Omit<NamedDataset, "allTags">>;
  fields: Nodes<{ datasetId: string; tags: string[] }>;
}

const DATASETS = `query NamedDatasets {
  datasets(first: 1000, orderBy: [NAME_ASC]) { nodes { id name tags } }
  fields(first: 1000, filter: { retiredAt: { isNull: true } }) { nodes { datasetId tags } }
}`;
const FIELDS = `query NamedFields($id: UUID!) {
  fields(first: 1000, filter: { datasetId: { equalTo: $id }, retiredAt: { isNull: true } }, orderBy: [POSITION_ASC]) {
    nodes { name type tags }
  }
}`;

/** Datasets one may see, and the tags that they and their columns carry. */
export function useDatasets(): { datasets: NamedDataset[]; tags: string[] } {
  const { data } = useAccess<Answer>(DATASETS);
  return useMemo(() => {
    const fields = data?.fields.nodes ?? [];
    const datasets = (data?.datasets.nodes ?? []).map((dataset) => ({
      ...dataset,
      allTags: [
        ...dataset.tags,
        ...fields.filter(({ datasetId }) => datasetId === dataset.id).flatMap(({ tags }) => tags),
      ],
    }));
    return { datasets, tags: [...new Set(datasets.flatMap(({ allTags }) => allTags))].sort() };
  }, [data]);
}

export function useColumns(datasetId: string | null): NamedField[] {
  const { data } = useAccess<{ fields: Nodes<NamedField> }>(
    FIELDS,
    { id: datasetId },
    { enabled: datasetId !== null },
  );
  return data?.fields.nodes ?? [];
}
