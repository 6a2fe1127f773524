/** Profiles of a dataset as the platform API tells them. */
import type { Nodes } from "../access/api.ts";
import { currentZone } from "../components/zone.ts";
import { NOW_AND_THEN_MS, useAsked } from "../connectors/useAsked.ts";

export interface ProfileHead {
  id: string;
  runId: string | null;
  rowCount: string;
  sampled: string;
  drift: string | null;
  millis: number;
  madeAt: string;
}

export interface ColumnProfile {
  fieldName: string;
  type: string;
  rowCount: string;
  nulls: string;
  empties: string;
  distinctCount: string;
  distinctExact: boolean;
  unseenShare: string;
  minimum: string | null;
  maximum: string | null;
  mean: string | null;
  deviation: string | null;
  shortest: number | null;
  longest: number | null;
  quantiles: number[] | null;
  topValues: [string, number][];
  shapes: [string, number][];
  typesSeen: Record<string, number>;
  histogram: { low: number; high: number; counts: number[] } | null;
  drift: { measure: string; value: number; drifted: boolean } | null;
}

const HEADS = `query Profiles($id: UUID!) {
  profiles(first: 60, filter: { datasetId: { equalTo: $id } }, orderBy: [MADE_AT_DESC]) {
    nodes { id runId rowCount sampled drift millis madeAt }
  }
}`;

const COLUMNS = `query ColumnProfiles($id: UUID!, $profile: UUID!) {
  columnProfiles(first: 1000, filter: { datasetId: { equalTo: $id }, profileId: { equalTo: $profile } }, orderBy: [POSITION_ASC]) {
    nodes {
      fieldName type rowCount nulls empties distinctCount distinctExact unseenShare minimum maximum mean deviation
      shortest longest quantiles topValues shapes typesSeen histogram drift
    }
  }
}`;

export function useProfiles(id: string) {
  const { data, error } = useAsked<{ profiles: Nodes<ProfileHead> }>(
    HEADS,
    { id },
    { every: () => NOW_AND_THEN_MS },
  );
  return { profiles: data?.profiles.nodes, error };
}

export function useColumnProfiles(id: string, profile: string | undefined): ColumnProfile[] | undefined {
  const { data } = useAsked<{ columnProfiles: Nodes<ColumnProfile> }>(
    COLUMNS,
    { id, profile },
    { enabled: Boolean(profile) },
  );
  return data?.columnProfiles.nodes;
}

const MOMENTS = /^(date|timestamptz)/;

/** Bounds of histograms and quantiles of moments are seconds since 1970. */
export function boundOf(locale: string, type: string, value: number): string {
  if (type === "date")
    return new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeZone: "UTC" }).format(value * 1000);
  if (MOMENTS.test(type))
    return new Intl.DateTimeFormat(locale, {
      dateStyle: "short",
      timeStyle: "short",
      timeZone: currentZone(),
    }).format(value * 1000);
  return new Intl.NumberFormat(locale, { maximumSignificantDigits: 6 }).format(value);
}
