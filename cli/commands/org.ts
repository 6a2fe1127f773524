import { parseArgs } from "node:util";
import { type Command, fail, withSession } from "../command.ts";

export const org: Command = {
  usage: ["org create <slug> --name <name>"],
  async run(args, output) {
    const { positionals, values } = parseArgs({
      args,
      allowPositionals: true,
      options: { name: { type: "string" } },
    });
    const [verb, slug] = positionals;
    if (verb !== "create" || !slug) fail("USAGE", "usage: cadastre org create <slug> --name <name>");
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
