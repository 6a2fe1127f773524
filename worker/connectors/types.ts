/** What a kind of connector is: how to try it out, what could be read of it, and reading. */
import type { Readable } from "node:stream";
import { z } from "zod";
import type { Network } from "../../lib/outbound.ts";
import { SourceError } from "./failures.ts";

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type Mode = "upsert" | "snapshot" | "append";
export type How = "full" | "incremental" | "new_objects";

export interface Found {
  name: string;
  /** To be given to a source as it is. */
  selection: Record<string, Json>;
  columns?: { name: string; type: string }[];
  key?: string[];
  /** Estimated by the server. */
  rows?: number;
  bytes?: number;
}

export interface Tested {
  /** One sentence of what was reached. */
  message: string;
  /** SFTP: the host key that the server showed. */
  fingerprint?: string;
}

/** One file that was read. */
export interface Item {
  /** For people, with an ending that tells its format. */
  name: string;
  options?: { dialect?: Record<string, Json> };
  body: Readable;
  /** Where reading goes on after this file. Asked when the body has ended. */
  cursor(): Json;
  /** True where the body, having ended, holds no record: nothing is submitted then. */
  isEmpty?(): boolean;
  /** Of objects that are read once in each version. Asked when the body has ended. */
  object?: { name: string; version(): string };
}

export interface ReadRequest<R> {
  selection: R;
  how: How;
  mode: Mode;
  cursor: Json;
  range: { from: string; to?: string } | null;
  signal: AbortSignal;
  /** The versions in which objects were read before, by name. */
  seen(names: string[]): Promise<Map<string, string>>;
  /** In the names of files. */
  source: string;
}

export interface At<S, X> {
  settings: S;
  secret: X;
  network: Network;
  signal: AbortSignal;
  /** SFTP: the host key learned before. */
  pinned: string | null;
}

export interface RawAt {
  settings: unknown;
  secret: unknown;
  network: Network;
  signal: AbortSignal;
  pinned: string | null;
}

/** A kind of connector, its types forgotten. */
export interface Connector {
  settings: z.ZodObject;
  secret: z.ZodObject;
  selection: z.ZodObject;
  test(at: RawAt): Promise<Tested>;
  discover(at: RawAt): Promise<{ found: Found[]; truncated: boolean }>;
  read(at: RawAt, request: ReadRequest<unknown>): AsyncIterable<Item>;
}

export interface Kind<S extends z.ZodObject, X extends z.ZodObject, R extends z.ZodObject> {
  settings: S;
  secret: X;
  selection: R;
  test(at: At<z.output<S>, z.output<X>>): Promise<Tested>;
  discover(at: At<z.output<S>, z.output<X>>): Promise<Found[]>;
  read(at: At<z.output<S>, z.output<X>>, request: ReadRequest<z.output<R>>): AsyncIterable<Item>;
}

/** Most that a discovery tells. */
export const MAX_FOUND = 1000;

function parse<T extends z.ZodType>(shape: T, given: unknown, what: string): z.output<T> {
  const parsed = shape.safeParse(given);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  const field = issue.path.join(".");
  // Messages name places and shapes, never values.
  throw new SourceError(
    what === "secret" ? "auth" : "settings",
    `the ${what}${field ? `'s ${field}` : ""}: ${issue.code === "custom" ? issue.message : describe(issue)}`,
    what === "secret"
      ? "Set the connector's secret; docs/reference/connectors.md tells what it holds."
      : "See docs/reference/connectors.md for what this kind takes.",
    field ? { field } : {},
  );
}

function describe(issue: z.core.$ZodIssue): string {
  if (issue.code === "unrecognized_keys") return `${issue.keys.join(", ")} is not known`;
  // zod keeps no input with its issues, so that nothing given gets into a message: what it received is in its words alone.
  return issue.code === "invalid_type" && issue.message.endsWith("received undefined")
    ? "is missing"
    : issue.message;
}

/** Checks what a kind is given before its functions see it. */
export function defineKind<S extends z.ZodObject, X extends z.ZodObject, R extends z.ZodObject>(
  kind: Kind<S, X, R>,
): Connector {
  const checked = (at: RawAt): At<z.output<S>, z.output<X>> => ({
    ...at,
    settings: parse(kind.settings, at.settings, "settings"),
    secret: parse(kind.secret, at.secret ?? {}, "secret"),
  });
  return {
    settings: kind.settings,
    secret: kind.secret,
    selection: kind.selection,
    test: async (at) => kind.test(checked(at)),
    async discover(at) {
      const found = await kind.discover(checked(at));
      return { found: found.slice(0, MAX_FOUND), truncated: found.length > MAX_FOUND };
    },
    async *read(at, request) {
      const selection = parse(kind.selection, request.selection, "selection");
      yield* kind.read(checked(at), { ...request, selection });
    },
  };
}

/** Settings that kinds share. */
export const host = z.string().min(1).max(253);
export const port = z.int().min(1).max(65535);
export const tlsSettings = {
  tls: z.enum(["verify", "off"]).default("verify"),
  ca: z.string().max(20_000).optional(),
};
