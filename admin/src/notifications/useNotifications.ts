import { NOW_AND_THEN_MS, useAsked } from "../connectors/useAsked.ts";

export interface Notification {
  id: string;
  eventKind: string;
  severity: "info" | "warning" | "error" | "critical";
  title: string;
  body: string;
  link: string;
  readAt: string | null;
  createdAt: string;
}

interface Answer {
  unread: { totalCount: number };
  latest: { nodes: Notification[] };
}

const QUERY = `query Notifications($first: Int!) {
  unread: notifications(first: 1, filter: { readAt: { isNull: true } }) { totalCount }
  latest: notifications(first: $first, orderBy: [CREATED_AT_DESC]) { nodes {
    id eventKind severity title body link readAt createdAt
  } }
}`;

/** One's own notifications, the newest first, and how many of all are unread. */
export function useNotifications(first: number) {
  const { data, error } = useAsked<Answer>(QUERY, { first }, { every: () => NOW_AND_THEN_MS });
  return { unread: data?.unread.totalCount ?? 0, latest: data?.latest.nodes, error };
}

/** Links are pages of the back office; records of the rooms that react-admin keeps open at /show. */
export const pageOf = (link: string): string => link.replace(/^\/(runs|datasets)\/([^/]+)$/, "/$1/$2/show");
