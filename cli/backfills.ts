/** Ranges of sources and pipelines for the command line: started or changed, then followed. */
import { fail, type OrgRow, type Output, type Session } from "./command.ts";
import { askOrg, type Told } from "./commands/connector.ts";

const POLL_MS = 200;
/** How long a command waits for a run or a backfill; they go on without it. */
const MAX_WAIT_MS = 24 * 3_600_000;

interface BackfillRow {
  id: string;
  state: string;
  done: number;
  slices: number;
  reason: string | null;
  error: Told | null;
}

export interface RangeGiven {
  from?: string | undefined;
  to?: string | undefined;
  step?: string | undefined;
  "newest-first"?: boolean | undefined;
  "at-once"?: string | undefined;
  "no-wait"?: boolean | undefined;
}

/** Asks until the row has ended. Errors: AppError NOT_FOUND, TIMEOUT. */
export async function until<R extends { state: string }>(
  ask: () => Promise<R | undefined>,
  open: string[],
): Promise<R> {
  const end = Date.now() + MAX_WAIT_MS;
  while (Date.now() < end) {
    const row = await ask();
    if (!row) fail("NOT_FOUND", "it is gone");
    if (!open.includes(row.state)) return row;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  fail("TIMEOUT", "it has not ended within a day", "It goes on; look that a worker runs.");
}

const MAKERS = {
  source: "select * from ingest.start_backfill($1, $2, $3, $4, $5)",
  pipeline: "select * from ingest.start_pipeline_backfill($1, $2, $3, $4, $5, $6)",
} as const;

export async function startBackfill(
  session: Session,
  org: OrgRow,
  { kind, name }: { kind: keyof typeof MAKERS; name: string },
  given: RangeGiven,
  output: Output,
): Promise<number> {
  const { from, to, step } = given;
  if (from === undefined || to === undefined || step === undefined)
    fail(
      "USAGE",
      "a backfill needs --from, --to and --step",
      "For example --from 2026-01-01 --to 2026-02-01 --step day.",
    );
  const atOnce = Number(given["at-once"] ?? 1);
  if (!Number.isInteger(atOnce)) fail("USAGE", "--at-once is a number from 1 to 20");
  const values = [name, from, to, step, given["newest-first"] === true];
  const [made] = await askOrg<BackfillRow>(
    session,
    org,
    MAKERS[kind],
    kind === "pipeline" ? [...values, atOnce] : values,
  );
  return follow(session, org, made!, !given["no-wait"], output);
}

/** `verb`: pause-backfill, resume-backfill or cancel-backfill. */
export async function changeBackfill(
  session: Session,
  org: OrgRow,
  verb: string,
  id: string,
  wait: boolean,
  output: Output,
): Promise<number> {
  const [row] = await askOrg<BackfillRow>(
    session,
    org,
    `select * from ingest.${verb.replace("-", "_")}($1)`,
    [id],
  );
  return follow(session, org, row!, wait && verb === "resume-backfill", output);
}

async function follow(
  session: Session,
  org: OrgRow,
  made: BackfillRow,
  wait: boolean,
  output: Output,
): Promise<number> {
  const ask = async () =>
    (await askOrg<BackfillRow>(session, org, "select * from ingest.backfills where id = $1", [made.id]))[0];
  let done = -1;
  const row = wait
    ? await until(async () => {
        const now = await ask();
        if (now && now.done !== done && !output.json)
          process.stderr.write(`${now.done} of ${now.slices} slices\n`);
        done = now?.done ?? done;
        return now;
      }, ["running"])
    : made;
  const told = row.error === null ? "" : `${row.error.code}: ${row.error.message}`;
  output.print(row, `${row.state}: ${row.done} of ${row.slices} slices (backfill ${row.id}) ${told}`.trim());
  return row.state === "succeeded" || !wait ? 0 : 1;
}
