import { parseArgs } from "node:util";
import { type Command, withSession } from "../command.ts";
import { misused } from "../help.ts";

export const org: Command = {
  about: "makes organizations",
  usage: ["org create <slug> [--name <name>]"],
  async run(args, output) {
    const { positionals, values } = parseArgs({
      args,
      allowPositionals: true,
      options: { name: { type: "string" } },
    });
    const [verb, slug] = positionals;
    if (verb !== "create" || !slug) misused(org);
    const row = await withSession((session) =>
      session.asPlatform(async (client) => {
        const { rows } = await client.query<{ id: string; slug: string; name: string }>(
          "select id, slug, name from tenancy.create_organization($1, $2)",
          [slug, values.name ?? slug],
        );
        return rows[0]!;
      }),
    );
    output.print(row, `Organization ${row.slug} (${row.name}) is ready.`);
    return 0;
  },
};
