/**
 * Question: what do commitments and sealing cost writers? Eight of them edit single rows through the dataset's view, each
 * edit a transaction of the API's role; a sealer runs beside them as often as a worker's does. Against the same dataset
 * whose trigger keeps history alone, without a sealer. Slices of both take turns, so that both meet the same machine.
 * Ratio: edits a second with over without. Then: how long until nothing is unsealed, and that nothing is.
 */
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { loadAuditKeys } from "../../lib/audit/keys.ts";
import { createLogger } from "../../lib/log.ts";
import { SEAL_MS, type SealContext, sealAll } from "../../worker/tasks/audit__seal.ts";
import {
  asManager,
  type BenchContext,
  type BenchOrg,
  type BenchResult,
  makeOrg,
  runAlone,
} from "../support.ts";

const WRITERS = 8;
const ROWS = 10_000;
const SECONDS = Number(process.env.BENCH_SECONDS ?? 30);
const SLICES = 6;

/** A dataset with ROWS rows; `bare` ones keep history and nothing else, as before there were commitments. */
async function prepare(context: BenchContext, org: BenchOrg, name: string, bare: boolean): Promise<void> {
  const store = `store_${org.schemaKey}`;
  await asManager(context, org, async (client) => {
    await client.query(
      `select data.create_dataset($1, '[{"name": "id", "type": "integer"}, {"name": "name"}, {"name": "amount", "type": "numeric(10,2)"}, {"name": "day", "type": "date"}]', '{id}')`,
      [name],
    );
    await client.query(
      `insert into org_${org.schemaKey}.${name} (id, name, amount, day) select i, 'name ' || i, i / 100.0, date '2026-01-01' + i % 365 from generate_series(1, ${ROWS}) i`,
    );
  });
  if (!bare) return;
  const columns = "org_id, id, name, amount, day, file_id, version, change_type, change_mask, valid_from";
  await context.admin.query(`
    drop trigger versions__history_insert on ${store}.${name};
    create or replace function ${store}.${name}__history() returns trigger language plpgsql security definer set search_path = '' as $$
    begin
      if exists (select from newt where valid_from < now()) then
        perform core.raise('42501', 'a statement that does not number its rows is refused', 'Write through the view.');
      end if;
      insert into ${store}.${name}_history (${columns}, valid_to, changed_by, run_id, source_line)
      select ${columns}, greatest(now(), valid_from + interval '1 microsecond'), changed_by, run_id, source_line from oldt;
      return null;
    end $$`);
}

/** Edits a second of WRITERS for some seconds, each on rows of its own. */
async function write(
  context: BenchContext,
  org: BenchOrg,
  dataset: string,
  seconds: number,
): Promise<number> {
  const until = performance.now() + seconds * 1000;
  const writer = async (which: number): Promise<number> => {
    let edits = 0;
    while (performance.now() < until) {
      const id = 1 + ((edits * WRITERS + which) % ROWS);
      await asManager(context, org, (client) =>
        client.query(`update org_${org.schemaKey}.${dataset} set amount = amount + 1 where id = $1`, [id]),
      );
      edits++;
    }
    return edits;
  };
  const edits = await Promise.all(Array.from({ length: WRITERS }, (_, which) => writer(which)));
  return edits.reduce((sum, one) => sum + one, 0) / seconds;
}

async function writeSealed(
  context: BenchContext,
  org: BenchOrg,
  sealer: SealContext,
  seconds: number,
): Promise<number> {
  let writing = true;
  const sealing = (async () => {
    while (writing) {
      await sealAll(sealer);
      await pause(SEAL_MS);
    }
  })();
  const rate = await write(context, org, "with_seals", seconds);
  writing = false;
  await sealing;
  return rate;
}

const sum = (values: number[]): number => values.reduce((all, one) => all + one, 0);

export async function bench(context: BenchContext): Promise<BenchResult[]> {
  const org = await makeOrg(context, "sealing");
  await prepare(context, org, "with_seals", false);
  await prepare(context, org, "bare", true);
  const place = { home: context.folder, auditKeysFile: null };
  const sealer: SealContext = {
    pool: context.worker,
    claimKey: context.claimKey,
    store: context.store,
    log: createLogger("warn"),
    auditKeys: () => loadAuditKeys(place),
  };
  await sealAll(sealer);
  await write(context, org, "bare", 2);
  await write(context, org, "with_seals", 2);
  const rates: { bare: number[]; sealed: number[] } = { bare: [], sealed: [] };
  for (let slice = 0; slice < SLICES; slice++) {
    const bare = async () => rates.bare.push(await write(context, org, "bare", SECONDS / SLICES));
    const sealed = async () => rates.sealed.push(await writeSealed(context, org, sealer, SECONDS / SLICES));
    for (const turn of slice % 2 === 0 ? [bare, sealed] : [sealed, bare]) {
      await context.admin.query("checkpoint");
      await turn();
    }
    context.say(
      `  slice ${slice}: bare ${rates.bare.at(-1)!.toFixed(0)}, sealed ${rates.sealed.at(-1)!.toFixed(0)} edits/s`,
    );
  }
  const begun = performance.now();
  await sealAll(sealer);
  const lag = (performance.now() - begun) / 1000;
  const { rows } = await context.admin.query<{ changes: string; unsealed: string }>(
    `select count(*) as changes, count(*) filter (where l.source_id is null) as unsealed
       from audit.data_changes c left join audit.leaves l on l.org_id = c.org_id and l.source_id = c.id`,
  );
  const { changes, unsealed } = rows[0]!;
  // Slices take turns, so all of one side met the same machine as all of the other.
  const ratio = sum(rates.sealed) / sum(rates.bare);
  return [
    {
      bench: "sealing",
      metric: "edits with commitments and sealing over edits without",
      ratio: Number(ratio.toFixed(2)),
      goal: 0.85,
      ok: ratio >= 0.85 && unsealed === "0",
      detail: `${WRITERS} writers, ${SECONDS} s each way in ${SLICES} slices: ${(sum(rates.bare) / SLICES).toFixed(0)} and ${(sum(rates.sealed) / SLICES).toFixed(0)} edits/s; ${changes} changes, ${unsealed} unsealed ${lag.toFixed(2)} s after the last`,
    },
  ];
}

if (process.argv[1] && path.resolve(process.argv[1]) === import.meta.filename) await runAlone(bench);
