/** SCIM filters: parsed, bounded, and brought to attributes that are known; PostgreSQL compares values (private.scim_matches). */
import { type Filter, parse } from "scim2-parse-filter";
import { scimError } from "./errors.ts";

const MAX_LENGTH = 2000;
const MAX_NODES = 50;

export type Kind = "User" | "Group";
export type Condition = {
  op: string;
  path?: string[];
  value?: string | null;
  exact?: boolean;
  args?: Condition[];
};

/** Attributes that can be asked for, by their name in lower case; exact: compared with case. */
const ATTRIBUTES: Record<Kind, Record<string, { path: string[]; exact?: boolean }>> = {
  User: {
    id: { path: ["id"], exact: true },
    externalid: { path: ["externalId"], exact: true },
    username: { path: ["userName"] },
    displayname: { path: ["displayName"] },
    active: { path: ["active"] },
    title: { path: ["title"] },
    usertype: { path: ["userType"] },
    "name.givenname": { path: ["name", "givenName"] },
    "name.familyname": { path: ["name", "familyName"] },
    "name.formatted": { path: ["name", "formatted"] },
    emails: { path: ["emails"] },
    "emails.value": { path: ["emails", "value"] },
    "emails.type": { path: ["emails", "type"] },
    groups: { path: ["groups"] },
    "groups.value": { path: ["groups", "value"] },
    "meta.created": { path: ["meta", "created"], exact: true },
    "meta.lastmodified": { path: ["meta", "lastModified"], exact: true },
  },
  Group: {
    id: { path: ["id"], exact: true },
    externalid: { path: ["externalId"], exact: true },
    displayname: { path: ["displayName"] },
    members: { path: ["members"], exact: true },
    "members.value": { path: ["members", "value"], exact: true },
    "meta.created": { path: ["meta", "created"], exact: true },
    "meta.lastmodified": { path: ["meta", "lastModified"], exact: true },
  },
};
const ELEMENT = new Set(["value", "type", "primary", "display"]);
const URN = /^urn:ietf:params:scim:schemas:core:2\.0:(user|group):/;

const bad = (detail: string): Error => scimError(400, detail, "invalidFilter");

function attribute(kind: Kind, name: string): { path: string[]; exact?: boolean } {
  const found = ATTRIBUTES[kind][name.toLowerCase().replace(URN, "")];
  if (!found) throw bad(`the attribute ${name.slice(0, 60)} cannot be filtered by`);
  return found;
}

function comparedTo(value: unknown, isTime: boolean): string | null {
  if (value === null) return null;
  if (isTime) {
    const time = new Date(String(value));
    if (Number.isNaN(time.getTime())) throw bad("this is not a time");
    return time.toISOString();
  }
  return String(value);
}

/** Null: no filter. Errors: a SCIM error invalidFilter. */
export function conditionOf(kind: Kind, text: unknown): Condition | null {
  if (text === undefined || text === "") return null;
  if (typeof text !== "string" || text.length > MAX_LENGTH) throw bad("the filter is too long");
  let nodes = 0;
  const translate = (filter: Filter, within: string | null): Condition => {
    if (++nodes > MAX_NODES) throw bad("the filter has too many parts");
    switch (filter.op) {
      case "and":
      case "or":
        return { op: filter.op, args: filter.filters.map((f) => translate(f, within)) };
      case "not":
        return { op: "not", args: [translate(filter.filter, within)] };
      case "[]": {
        if (within) throw bad("brackets within brackets");
        const { path } = attribute(kind, filter.attrPath);
        if (path.length !== 1) throw bad("brackets follow a list");
        return { op: "[]", path, args: [translate(filter.valFilter, path[0]!)] };
      }
      default: {
        const name = filter.attrPath;
        if (within && !ELEMENT.has(name)) throw bad(`${within} has no ${name.slice(0, 60)}`);
        const target = within
          ? { path: [name], exact: kind === "Group" && name === "value" }
          : attribute(kind, name);
        if (filter.op === "pr") return { op: "pr", path: target.path };
        const isTime = target.path[0] === "meta";
        return {
          op: filter.op,
          path: target.path,
          value: comparedTo(filter.compValue, isTime),
          exact: target.exact ?? false,
        };
      }
    }
  };
  let parsed: Filter;
  try {
    parsed = parse(text);
  } catch {
    throw bad("the filter cannot be understood");
  }
  return translate(parsed, null);
}
