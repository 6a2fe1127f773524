/** A series with its baseline and what does not fit, computed by the server. */
import { useQuery } from "@tanstack/react-query";
import type { Nodes } from "../access/api.ts";
import { useAsked } from "../connectors/useAsked.ts";
import { call } from "../providers/http.ts";
import { organizationPath } from "../providers/operations.ts";

export interface Scored {
  time: number;
  value: number;
  baseline: number | null;
  unit: number;
  score: number;
  threshold: number | null;
  anomaly: boolean;
}

export interface Episode {
  from: number;
  to: number;
  points: number;
  peak: { time: number; value: number; baseline: number; score: number };
  direction: "up" | "down";
}

export interface Found {
  points: number;
  series: Scored[];
  anomalies: Episode[];
}

export interface Asked {
  measure: string;
  time: string;
  direction: string;
  sensitivity: string;
}

/** Measures of the loads themselves, which need no field that says when. */
export const OF_LOADS = ["row_count", "score"] as const;
export const isOfLoads = (measure: string): boolean => (OF_LOADS as readonly string[]).includes(measure);

export function useAnomalies(dataset: string, asked: Asked) {
  const query = new URLSearchParams({
    measure: asked.measure,
    direction: asked.direction,
    sensitivity: asked.sensitivity,
    ...(isOfLoads(asked.measure) ? {} : { time: asked.time }),
  });
  return useQuery({
    queryKey: ["anomalies", dataset, query.toString()],
    queryFn: () => call<Found>(organizationPath(`datasets/${dataset}/anomalies?${query}`)),
    enabled: isOfLoads(asked.measure) || asked.time !== "",
  });
}

export interface Feedback {
  id: string;
  measure: string;
  moment: string;
  verdict: string;
  note: string;
  givenBy: string | null;
  createdAt: string;
}

const FEEDBACK = `query Feedback($id: UUID!, $measure: String!) {
  feedbacks(first: 200, filter: { datasetId: { equalTo: $id }, measure: { equalTo: $measure } }, orderBy: [MOMENT_DESC]) {
    nodes { id measure moment verdict note givenBy createdAt }
  }
}`;

export function useFeedback(id: string, measure: string): Feedback[] {
  const { data } = useAsked<{ feedbacks: Nodes<Feedback> }>(FEEDBACK, { id, measure });
  return data?.feedbacks.nodes ?? [];
}
