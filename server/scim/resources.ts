/** Users and groups as a directory sends them, checked and reduced to what is kept; unknown attributes are dropped. */
import { scimPatch } from "scim-patch";
import { z } from "zod";
import { scimError } from "./errors.ts";
import type { Kind } from "./filter.ts";
import { ENTERPRISE, GROUP, USER } from "./schemas.ts";

export type Resource = Record<string, unknown>;

const MAX_OPERATIONS = 100;
const MAX_PATH = 500;
const MAX_MEMBERS = 10_000;
const text = (limit: number) => z.string().max(limit);
const optional = (limit: number) => text(limit).nullish();
const EMAIL = /^[^@\s]+@[^@\s]+$/;
/** Entra ID sends booleans as text. */
const flag = z.union([
  z.boolean(),
  z
    .string()
    .regex(/^(true|false)$/i)
    .transform((v) => v.toLowerCase() === "true"),
]);

const userShape = z.object({
  userName: z.string().trim().min(1).max(254),
  externalId: z.string().min(1).max(254).nullish(),
  active: flag.nullish(),
  name: z.object({ formatted: optional(200), familyName: optional(200), givenName: optional(200) }).nullish(),
  displayName: optional(200),
  title: optional(200),
  userType: optional(100),
  preferredLanguage: optional(50),
  locale: optional(50),
  timezone: optional(100),
  emails: z
    .array(z.object({ value: text(254), type: optional(50), primary: flag.nullish() }))
    .max(20)
    .nullish(),
  [ENTERPRISE]: z.object({ department: optional(200) }).nullish(),
});
const groupShape = z.object({
  displayName: z.string().trim().min(1).max(200),
  externalId: z.string().min(1).max(254).nullish(),
  members: z
    .array(z.object({ value: z.uuid() }))
    .max(MAX_MEMBERS)
    .nullish(),
});
const patchShape = z.object({
  schemas: z.array(z.string()).nullish(),
  Operations: z
    .array(
      z.object({
        op: z.string().max(10),
        path: z.string().min(1).max(MAX_PATH).optional(),
        value: z.unknown().optional(),
      }),
    )
    .min(1)
    .max(MAX_OPERATIONS),
});

function checked<T>(shape: z.ZodType<T>, value: unknown): T {
  const parsed = shape.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw scimError(400, `${issue.path.join(".") || "body"}: ${issue.message}`, "invalidValue");
}

/** What private.scim_put_user takes. */
export function userOf(body: unknown): Resource {
  const user = checked(userShape, body);
  const listed = user.emails?.find((e) => e.primary) ?? user.emails?.[0];
  const email = (listed?.value ?? user.userName).trim();
  if (!EMAIL.test(email)) {
    throw scimError(400, "neither emails nor userName has an e-mail address", "invalidValue");
  }
  const { userName, externalId, active, ...profile } = user;
  return {
    userName,
    externalId: externalId ?? null,
    active: active ?? true,
    email,
    displayName: user.displayName ?? user.name?.formatted ?? "",
    department: user[ENTERPRISE]?.department ?? null,
    profile: { ...profile, emails: user.emails ?? [{ value: email, type: "work", primary: true }] },
  };
}

/** What private.scim_put_group takes. */
export function groupOf(body: unknown): Resource {
  const group = checked(groupShape, body);
  return {
    displayName: group.displayName,
    externalId: group.externalId ?? null,
    members: (group.members ?? []).map((member) => member.value),
  };
}

const DANGEROUS = /(^|[.:[\]\s])(__proto__|constructor|prototype)($|[.:[\]\s])/;

function isSafe(value: unknown, depth = 0): boolean {
  if (depth > 10) return false;
  if (Array.isArray(value)) return value.every((v) => isSafe(v, depth + 1));
  if (value === null || typeof value !== "object") return true;
  return Object.entries(value).every(([key, v]) => !DANGEROUS.test(key) && isSafe(v, depth + 1));
}

interface Operation {
  op: "add" | "replace" | "remove";
  path?: string;
  value?: unknown;
}

/** Directories' own ways of saying it, brought to one: no path with many attributes, a list of members to remove. */
function operationsOf(body: unknown): Operation[] {
  const { Operations } = checked(patchShape, body);
  return Operations.flatMap(({ op, path, value }): Operation[] => {
    const verb = op.toLowerCase();
    if (verb !== "add" && verb !== "replace" && verb !== "remove") {
      throw scimError(400, "op is add, replace or remove", "invalidSyntax");
    }
    if ((path !== undefined && DANGEROUS.test(path)) || !isSafe(value)) {
      throw scimError(400, "this path cannot be changed", "invalidPath");
    }
    if (verb === "remove") {
      if (!path) throw scimError(400, "remove needs a path", "noTarget");
      if (/^members$/i.test(path) && Array.isArray(value)) {
        return checked(z.array(z.object({ value: z.uuid() })).max(MAX_MEMBERS), value).map((member) => ({
          op: "remove",
          path: `members[value eq "${member.value}"]`,
        }));
      }
      return [{ op: "remove", path }];
    }
    if (path === undefined) {
      if (value === null || typeof value !== "object" || Array.isArray(value)) {
        throw scimError(400, "without a path, value is an object", "invalidValue");
      }
      // {"name.givenName": ...} means that path; an extension's attributes are given by its name.
      return Object.entries(value).map(([key, inner]) => ({ op: verb, path: key, value: inner }));
    }
    return [{ op: verb, path, value }];
  });
}

const LIST_WITH_FILTER = /^(emails)\[\s*type\s+eq\s+"([^"\\]{1,50})"\s*\]\.(value|primary)$/i;
const READ_ONLY = /^(id|meta|schemas|groups)\b/i;

/** A patched copy, with nothing but what came in and what the operations say; checked by userOf or groupOf after it. */
export function patched(kind: Kind, before: Resource, body: unknown): Resource {
  let after: Resource = structuredClone(before);
  for (const operation of operationsOf(body)) {
    if (operation.path && READ_ONLY.test(operation.path)) continue;
    const extension = operation.path?.toLowerCase().startsWith(ENTERPRISE.toLowerCase());
    const within = LIST_WITH_FILTER.exec(operation.path ?? "");
    if (extension) {
      const rest = operation.path!.slice(ENTERPRISE.length).replace(/^[:.]/, "");
      const known = (after[ENTERPRISE] as Resource | undefined) ?? {};
      const said = rest ? { [rest]: operation.op === "remove" ? null : operation.value } : operation.value;
      after[ENTERPRISE] =
        operation.op === "remove" && !rest ? undefined : { ...known, ...(said as Resource) };
    } else if (within && operation.op !== "remove") {
      // The first address of a kind: there is nothing yet that the filter could find.
      const [, , type, name] = within;
      const emails = structuredClone((after.emails as Resource[] | undefined) ?? []);
      const found = emails.find((e) => String(e.type).toLowerCase() === type!.toLowerCase());
      if (found) found[name!] = operation.value;
      else emails.push({ type, [name!]: operation.value });
      after.emails = emails;
    } else {
      after = applied(kind, after, operation);
    }
  }
  return after;
}

function applied(kind: Kind, before: Resource, operation: Operation): Resource {
  const schemas = [kind === "User" ? USER : GROUP];
  const path = operation.path?.replace(/^urn:ietf:params:scim:schemas:core:2\.0:(user|group):/i, "");
  try {
    // Its types want dates in meta, which it does not touch.
    const resource = { ...before, schemas } as unknown as Parameters<typeof scimPatch>[0];
    const step = { ...operation, path } as Parameters<typeof scimPatch>[1][number];
    return scimPatch(resource, [step], { mutateDocument: false }) as unknown as Resource;
  } catch (error) {
    // What is to be removed is not there: it is as it should be.
    if (operation.op === "remove" && error instanceof Error && error.constructor.name === "NoTarget")
      return before;
    const scimType =
      error instanceof Error && "scimCode" in error && typeof error.scimCode === "string"
        ? error.scimCode
        : "invalidPath";
    throw scimError(
      400,
      error instanceof Error ? error.message.slice(0, 200) : "the operation does not fit",
      scimType,
    );
  }
}
