/** Lines of an audit export (NDJSON), in their order. docs/reference/audit.md tells what each holds. */
import { z } from "zod";

const hex = z.string().regex(/^([0-9a-f]{2})*$/);
const size = z.int().nonnegative();

export const lineShape = z.discriminatedUnion("t", [
  z.object({
    t: z.literal("header"),
    v: z.literal(1),
    org: z.object({ id: z.uuid(), slug: z.string() }),
    at: z.string(),
    /** Leaves in the tree. */
    size,
    /** Whether the versions of the data are in it. */
    values: z.boolean(),
    datasets: z.array(z.object({ id: z.uuid(), name: z.string() })),
    /** Versions that retention has removed, by change: ranges of their numbers. Held against the events that say so. */
    removed: z.record(z.string(), z.string()).default({}),
  }),
  z.object({
    t: z.literal("event"),
    i: size,
    id: z.uuid(),
    hash: hex,
    /** What the leaf commits to; null: the row is gone. */
    text: z.string().nullable(),
    salt: hex.nullable(),
  }),
  z.object({
    t: z.literal("change"),
    i: size,
    id: z.uuid(),
    hash: hex,
    text: z.string().nullable(),
    /** The file of the load, where it was one. */
    file: z.string().nullable(),
  }),
  z.object({
    t: z.literal("part"),
    part: size,
    /** True: 18 bytes a version, its line first; else 16. */
    lines: z.boolean(),
    names: z.array(z.string().nullable()).nullable(),
    commitments: z.base64(),
  }),
  z.object({
    t: z.literal("row"),
    entry: size,
    name: z.string(),
    text: z.string(),
    salt: hex.nullable(),
  }),
  z.object({ t: z.literal("checkpoint"), size, root: hex, jws: z.string() }),
  z.object({
    t: z.literal("stray"),
    /** A row without a leaf, a version whose end is not the next one's beginning, an archive that cannot be read. */
    kind: z.enum(["event", "change", "checkpoint", "version", "interval", "archive"]),
    dataset: z.string().nullable(),
    name: z.string(),
  }),
  z.object({ t: z.literal("end"), leaves: size }),
]);
export type Line = z.infer<typeof lineShape>;
export type LineOf<T extends Line["t"]> = Extract<Line, { t: T }>;

/** Lines of a load's file in one part of its commitments. */
export const LINES_A_PART = 4096;
