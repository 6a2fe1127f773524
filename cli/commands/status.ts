import { type Command, withSession } from "../command.ts";

export const status: Command = {
  about: "whether the installation runs, and what waits",
  usage: ["status"],
  async run(_args, output) {
    const found = await withSession(async (session) => {
      const { rows } = await session.asPlatform((client) =>
        client.query<{ slug: string; id: string }>(
          "select slug, id from tenancy.organizations order by slug limit 10000",
        ),
      );
      const organizations = [];
      for (const row of rows) {
        const counts = await session.asOrg(row.id, async (client) => {
          const result = await client.query<{
            datasets: number;
            rows: string;
            running: number;
            failed: number;
          }>(
            `select (select count(*)::int from data.datasets) as datasets,
                    (select coalesce(sum(row_count), 0) from data.datasets) as rows,
                    (select count(*)::int from ingest.runs where status in ('queued', 'running', 'waiting', 'held')) as running,
                    (select count(*)::int from ingest.runs where status = 'failed') as failed`,
          );
          return result.rows[0]!;
        });
        organizations.push({ slug: row.slug, ...counts, rows: Number(counts.rows) });
      }
      await session.store.check();
      return { home: session.home, objectStore: session.store.kind, organizations };
    });
    output.print(
      found,
      [
        `Installation ${found.home}, files in ${found.objectStore === "s3" ? "S3" : "the home folder"}`,
        ...found.organizations.map(
          (o) =>
            `  ${o.slug.padEnd(24)} ${o.datasets} datasets, ${o.rows} rows, ${o.running} runs open, ${o.failed} failed`,
        ),
      ].join("\n"),
    );
    return 0;
  },
};
