/** How REST APIs page, and where values are in their answers. */
import { z } from "zod";
import { SourceError } from "./failures.ts";
import type { Json } from "./types.ts";

const name = z.string().min(1).max(200);
const path = z.string().min(1).max(500);
const size = z.int().min(1).max(100_000);

export const pageShape = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("none") }),
  /** ?page=1, 2, ...: to the page without records, the one that is not full, or the number at totalPath. */
  z.strictObject({
    kind: z.literal("page"),
    parameter: name.default("page"),
    first: z.int().min(0).max(1).default(1),
    sizeParameter: name.optional(),
    size: size.optional(),
    totalPath: path.optional(),
  }),
  /** ?offset=0&limit=100, ... */
  z.strictObject({
    kind: z.literal("offset"),
    parameter: name.default("offset"),
    sizeParameter: name.default("limit"),
    size: size.default(100),
  }),
  /** The next page's token: in the answer at path, or a field of the last record. */
  z.strictObject({
    kind: z.literal("cursor"),
    parameter: name,
    path: path.optional(),
    recordField: path.optional(),
    morePath: path.optional(),
  }),
  /** The next page's address, in the answer at path. */
  z.strictObject({ kind: z.literal("next"), path }),
  /** The next page's address in the header Link (RFC 8288). */
  z.strictObject({ kind: z.literal("link") }),
]);

export const restCursor = z.strictObject({
  /** Where in a record. */
  field: path,
  parameter: name,
  toParameter: name.optional(),
  /** How the parameter is written, `updated_at >= '{value}'`. */
  template: z
    .string()
    .max(500)
    .refine((text) => text.includes("{value}"), "must contain {value}")
    .default("{value}"),
  /** Sent the first time. */
  start: z.union([z.string().max(200), z.number()]).optional(),
});

export interface Page {
  body: Json;
  records: Json[];
  headers: Headers;
  url: URL;
}

/** The value at a path of names and numbers joined by dots; undefined where there is none. */
export function at(value: Json, where: string): Json | undefined {
  let found: Json | undefined = value;
  if (where === "") return found;
  for (const part of where.split(".")) {
    if (Array.isArray(found)) found = found[Number(part)];
    else if (typeof found === "object" && found !== null)
      found = Object.hasOwn(found, part) ? found[part] : undefined;
    else return undefined;
  }
  return found;
}

/** The later of two values of a cursor: by number where both are, else by text. */
export function laterOf(a: string | number, b: string | number): string | number {
  const [x, y] = [Number(a), Number(b)];
  if (a !== "" && b !== "" && Number.isFinite(x) && Number.isFinite(y)) return y > x ? b : a;
  return String(b) > String(a) ? b : a;
}

/** The target of rel="next". */
function linkNext(header: string | null): string | null {
  for (const match of (header ?? "").matchAll(
    /<([^<>]*)>((?:\s*;\s*[\w*-]+\s*=\s*(?:"[^"]*"|[^\s",;]*))*)/g,
  )) {
    if (/;\s*rel\s*=\s*"?(?:[^"]*\s)?next(?:\s[^"]*)?"?/i.test(match[2] ?? "")) return match[1] ?? null;
  }
  return null;
}

export interface Paging {
  first(start: URL): URL;
  /** null: that was the last one. Errors: SourceError data. */
  after(page: Page): URL | null;
}

const withParameter = (url: URL, parameter: string, value: string | number): URL => {
  const next = new URL(url);
  next.searchParams.set(parameter, String(value));
  return next;
};

/** An address that the server gave: only its own, since credentials go with it. */
function ownAddress(given: Json | undefined, page: Page, home: URL): URL | null {
  if (typeof given !== "string" || given === "") return null;
  if (!URL.canParse(given, page.url))
    throw new SourceError("data", "the next page's address is none", "Check the pagination's path.", {
      field: "pagination",
    });
  const next = new URL(given, page.url);
  if (next.origin === home.origin) return next;
  throw new SourceError(
    "refused",
    `the next page is on another server, ${next.host}`,
    "Set baseUrl to the server that pages come from.",
    { field: "baseUrl" },
  );
}

export function startPaging(pagination: z.output<typeof pageShape>, home: URL): Paging {
  switch (pagination.kind) {
    case "none":
      return { first: (start) => start, after: () => null };
    case "link":
      return {
        first: (start) => start,
        after: (page) => ownAddress(linkNext(page.headers.get("link")) ?? undefined, page, home),
      };
    case "next":
      return {
        first: (start) => start,
        after: (page) => ownAddress(at(page.body, pagination.path), page, home),
      };
    case "cursor":
      return {
        first: (start) => start,
        after(page) {
          if (pagination.morePath !== undefined && at(page.body, pagination.morePath) !== true) return null;
          const token =
            pagination.path === undefined
              ? at(page.records.at(-1) ?? null, pagination.recordField ?? "id")
              : at(page.body, pagination.path);
          const given = typeof token === "number" || (typeof token === "string" && token !== "");
          return given && page.records.length > 0
            ? withParameter(page.url, pagination.parameter, token)
            : null;
        },
      };
    case "offset":
      return {
        first: (start) =>
          withParameter(
            withParameter(start, pagination.sizeParameter, pagination.size),
            pagination.parameter,
            0,
          ),
        after(page) {
          const offset = Number(page.url.searchParams.get(pagination.parameter));
          return page.records.length < pagination.size
            ? null
            : withParameter(page.url, pagination.parameter, offset + page.records.length);
        },
      };
    case "page":
      return {
        first(start) {
          const { sizeParameter, size } = pagination;
          const sized =
            sizeParameter !== undefined && size !== undefined
              ? withParameter(start, sizeParameter, size)
              : start;
          return withParameter(sized, pagination.parameter, pagination.first);
        },
        after(page) {
          const number = Number(page.url.searchParams.get(pagination.parameter));
          const total =
            pagination.totalPath === undefined ? undefined : Number(at(page.body, pagination.totalPath));
          const isLast =
            page.records.length === 0 ||
            (pagination.size !== undefined && page.records.length < pagination.size) ||
            (total !== undefined && number - pagination.first + 1 >= total);
          return isLast ? null : withParameter(page.url, pagination.parameter, number + 1);
        },
      };
  }
}
