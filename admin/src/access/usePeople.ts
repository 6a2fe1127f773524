import { useMemo } from "react";
import { useTranslate } from "react-admin";
import { type Nodes, useAccess } from "./api.ts";

export interface Person {
  userId: string;
  email: string;
  displayName: string;
  roleKey: string;
  status: string;
}

const PEOPLE = `query People($filter: MemberFilter) {
  members(first: 50, orderBy: [EMAIL_ASC], filter: $filter) { nodes { userId email displayName roleKey status } }
}`;
const BY_ID = `query PeopleById($ids: [UUID!]!) {
  members(first: 1000, filter: { userId: { in: $ids } }) { nodes { userId email displayName roleKey status } }
}`;

/** Members whose address or name holds the text: fifty at most, as more are found by typing more. */
export function usePeople(text: string): Person[] {
  const filter = text
    ? { or: [{ email: { includesInsensitive: text } }, { displayName: { includesInsensitive: text } }] }
    : undefined;
  const { data } = useAccess<{ members: Nodes<Person> }>(PEOPLE, { filter });
  return data?.members.nodes ?? [];
}

const NOBODY = new Map<string, Person>();

/** Members by id, for lists that know people by id alone. */
export function usePeopleById(ids: (string | null | undefined)[]): Map<string, Person> {
  const wanted = [...new Set(ids.filter((id): id is string => Boolean(id)))].sort().slice(0, 1000);
  const { data } = useAccess<{ members: Nodes<Person> }>(
    BY_ID,
    { ids: wanted },
    { enabled: wanted.length > 0 },
  );
  return useMemo(
    () => (data ? new Map(data.members.nodes.map((person) => [person.userId, person])) : NOBODY),
    [data],
  );
}

/** Who did it; what nobody did was done by the organization's service, as the command line does. */
export function useActorName(): (people: Map<string, Person>, id: string | null) => string {
  const translate = useTranslate();
  return (people, id) => (id ? personName(people.get(id), id) : translate("app.security.actors.service"));
}

export const personName = (person: Person | undefined, id: string | null | undefined): string =>
  person ? person.displayName || person.email : (id?.slice(0, 8) ?? "–");
