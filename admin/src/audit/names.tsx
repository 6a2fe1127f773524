import { Typography } from "@mui/material";
import { useTranslate } from "react-admin";
import { type Person, personName } from "../access/usePeople.ts";
import type { Event } from "./useEvents.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f-]{27}$/;
export const shortId = (id: string | null): string =>
  id && UUID.test(id) ? `…${id.slice(-8)}` : (id ?? "").slice(0, 60);

type People = Map<string, Person>;

/** Who acted, and as whom where they looked as somebody else. */
export function Actor({ event, people }: { event: Event; people: People }) {
  const translate = useTranslate();
  const { actorId, actorKind, subjectId } = event;
  return (
    <>
      {actorId
        ? personName(people.get(actorId), actorId)
        : translate(`app.security.actors.${actorKind}`, { _: actorKind })}
      {subjectId && (
        <Typography variant="body2" color="textSecondary">
          {translate("app.security.as", { name: personName(people.get(subjectId), subjectId) })}
        </Typography>
      )}
    </>
  );
}

/** What an event is about: people and datasets by their names, others by the end of their id. */
export function objectText(event: Event, people: People, datasets: Map<string, string>): string {
  const { objectKind, objectId } = event;
  const person = people.get(objectId ?? "");
  const named = person ? personName(person, objectId) : (datasets.get(objectId ?? "") ?? shortId(objectId));
  return [objectKind, named].filter(Boolean).join(" ");
}

const LINKS: Record<string, (id: string) => string> = {
  run: (id) => `/runs/${id}/show`,
  dataset: (id) => `/datasets/${id}/show`,
  incident: (id) => `/incidents/${id}`,
  user: (id) => `/members/${id}/show`,
};

/** The page of what an event is about, where it has one. */
export const objectLink = ({ objectKind, objectId }: Event): string | null =>
  objectId ? (LINKS[objectKind ?? ""]?.(objectId) ?? null) : null;
