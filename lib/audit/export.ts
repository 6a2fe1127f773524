/**
 * An organization's audit trail as lines, in the order of its tree: every leaf with what it commits to, the versions of
 * the data behind each change, and the checkpoints. Read through one connection in one snapshot, in pages: memory does
 * not grow with the trail. What is written to a file and what an online verification reads is the same.
 */
import type pg from "pg";
import { LINES_A_PART, type Line } from "./lines.ts";

const PAGE = 1000;
const MAX_DATASETS = 10_000;

export interface ExportOptions {
  org: { id: string; slug: string };
  /** The versions of the data too; without, the tree alone can be verified. */
  values: boolean;
}

interface LeafRow {
  pos: string;
  kind: "event" | "change";
  id: string;
  hash: Buffer;
  said: string | null;
  salt: Buffer | null;
  root: Buffer | null;
  jws: string | null;
  /** Of a change that was committed to at once. */
  commitments: Buffer | null;
  names: (string | null)[] | null;
}

interface VersionRow {
  leaf: string | null;
  change_id: string | null;
  entry: string | null;
  name: string;
  said: string | null;
  salt: Buffer | null;
}

interface PartRow {
  part: number;
  lines: boolean;
  names: (string | null)[] | null;
  commitments: Buffer;
  file: string | null;
}

/** Rows of a server-side cursor one by one, with a look at the next. */
function pagedCursor<R extends pg.QueryResultRow>(client: pg.ClientBase, name: string) {
  let page: R[] = [];
  let at = 0;
  let done = false;
  return {
    async peek(): Promise<R | null> {
      if (at === page.length && !done) {
        page = (await client.query<R>(`fetch ${PAGE} from ${name}`)).rows;
        at = 0;
        done = page.length < PAGE;
      }
      return page[at] ?? null;
    },
    take: (): void => {
      at++;
    },
  };
}

type Versions = ReturnType<typeof pagedCursor<VersionRow>>;

const DATASETS = `select id, name from data.datasets order by id limit ${MAX_DATASETS}`;
const PARTS = `
  select p.part, p.commitments, f.file_name as file
    from audit.data_changes c
    join audit.change_parts p on p.org_id = c.org_id and p.change_id = c.id
    left join ingest.runs r on r.org_id = c.org_id and r.id = c.run_id
    left join ingest.files f on f.org_id = r.org_id and f.id = r.file_id
   where c.id = $1
   order by p.part`;

async function partsOf(client: pg.ClientBase, leaf: LeafRow): Promise<PartRow[]> {
  if (leaf.commitments)
    return [{ part: 0, lines: false, names: leaf.names, commitments: leaf.commitments, file: null }];
  const { rows } = await client.query<Pick<PartRow, "part" | "commitments" | "file">>(PARTS, [leaf.id]);
  return rows.map((row) => ({ ...row, lines: true, names: null }));
}

async function* changeLines(
  client: pg.ClientBase,
  leaf: LeafRow,
  versions: Versions | undefined,
): AsyncGenerator<Line> {
  const parts = await partsOf(client, leaf);
  const file = parts[0]?.file ?? null;
  yield {
    t: "change",
    i: Number(leaf.pos),
    id: leaf.id,
    hash: leaf.hash.toString("hex"),
    text: leaf.said,
    file,
  };
  const ours = async () => {
    const row = (await versions?.peek()) ?? null;
    return row && row.leaf === leaf.pos ? row : null;
  };
  const asLine = (row: VersionRow): Line => ({
    t: "row",
    entry: Number(row.entry),
    name: row.name,
    text: row.said ?? "",
    salt: row.salt?.toString("hex") ?? null,
  });
  for (const { part, lines, names, commitments } of parts) {
    yield { t: "part", part, lines, names, commitments: commitments.toString("base64") };
    const end = lines ? (part + 1) * LINES_A_PART : Number.POSITIVE_INFINITY;
    for (let row = await ours(); row && Number(row.entry) < end; row = await ours()) {
      yield asLine(row);
      versions?.take();
    }
  }
  // Versions that say they are of this change and are behind its last part.
  for (let row = await ours(); row; row = await ours()) {
    yield asLine(row);
    versions?.take();
  }
}

async function* leafLines(client: pg.ClientBase, versionsOf: Map<string, Versions>): AsyncGenerator<Line> {
  // Ends with the first page that is not full: the tree has as many leaves as the snapshot sees.
  for (let from = 0; ; ) {
    const { rows } = await client.query<LeafRow>("select * from audit.sealed_leaves($1, $2)", [from, PAGE]);
    for (const leaf of rows) {
      if (leaf.kind === "event") {
        yield {
          t: "event",
          i: Number(leaf.pos),
          id: leaf.id,
          hash: leaf.hash.toString("hex"),
          text: leaf.said,
          salt: leaf.salt?.toString("hex") ?? null,
        };
      } else yield* changeLines(client, leaf, versionsOf.get(leaf.said?.split("|")[4] ?? ""));
      if (leaf.jws !== null)
        yield {
          t: "checkpoint",
          size: Number(leaf.pos) + 1,
          root: leaf.root!.toString("hex"),
          jws: leaf.jws,
        };
    }
    const last = rows.at(-1);
    if (rows.length < PAGE || !last) return;
    from = Number(last.pos) + 1;
  }
}

/** What no leaf is of: put there behind the sealer's back. What is only waiting to be sealed is not among it. */
async function* strayLines(
  client: pg.ClientBase,
  datasets: { id: string; name: string }[],
  versionsOf: Map<string, Versions>,
): AsyncGenerator<Line> {
  const { rows } = await client.query<{ kind: "event" | "change" | "checkpoint"; name: string }>(
    "select kind, name from audit.unsealed_strays()",
  );
  for (const { kind, name } of rows) yield { t: "stray", kind, dataset: null, name };
  for (const { id, name: dataset } of datasets) {
    const versions = versionsOf.get(id);
    for (let row = await versions?.peek(); row; row = await versions?.peek()) {
      versions?.take();
      if (row.change_id === null || row.leaf !== null)
        yield { t: "stray", kind: "version", dataset, name: row.name };
    }
    if (!versions) continue;
    const broken = await client.query<{ name: string }>("select name from data.broken_intervals($1) name", [
      id,
    ]);
    for (const { name } of broken.rows) yield { t: "stray", kind: "interval", dataset, name };
  }
}

/** The lines of an organization's trail, through a connection with its claim in a snapshot (withSnapshot). */
export async function* exportLines(
  client: pg.ClientBase,
  options: ExportOptions,
  archives?: (client: pg.ClientBase) => Promise<{ name: string; message: string }[]>,
): AsyncGenerator<Line> {
  const { org, values } = options;
  const { rows: datasets } = await client.query<{ id: string; name: string }>(DATASETS);
  const { rows: trees } = await client.query<{ size: string; at: string }>(
    "select audit.sealed_size() as size, to_json(now()) #>> '{}' as at",
  );
  const { size, at } = trees[0]!;
  const { rows: gone } = await client.query<{ removed: Record<string, string> }>(
    "select audit.removed_entries() as removed",
  );
  yield { t: "header", v: 1, org, at, size: Number(size), values, datasets, removed: gone[0]!.removed };
  const damaged = values && archives ? await archives(client) : [];
  const versionsOf = new Map<string, Versions>();
  if (values) {
    for (const [i, { id }] of datasets.entries()) {
      await client.query(
        `declare audit_versions_${i} no scroll cursor for select * from data.sealed_versions($1)`,
        [id],
      );
      versionsOf.set(id, pagedCursor<VersionRow>(client, `audit_versions_${i}`));
    }
  }
  yield* leafLines(client, versionsOf);
  yield* strayLines(client, datasets, versionsOf);
  for (const { name } of damaged) yield { t: "stray", kind: "archive", dataset: null, name };
  yield { t: "end", leaves: Number(size) };
}
