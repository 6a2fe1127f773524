import { parseArgs } from "node:util";
import { loginUrl } from "../../lib/db/urls.ts";
import { type Command, fail, findMember, findOrg, withSession } from "../command.ts";

export const sqlLogin: Command = {
  usage: ["sql-login create --org <slug> --user <email> [--days <n>]"],
  async run(args, output) {
    const { positionals, values } = parseArgs({
      args,
      allowPositionals: true,
      options: { org: { type: "string" }, user: { type: "string" }, days: { type: "string" } },
    });
    if (positionals[0] !== "create" || !values.user) fail("USAGE", `usage: cadastre ${sqlLogin.usage[0]}`);
    const email = values.user;
    const days = values.days === undefined ? null : Number(values.days);
    if (days !== null && !(days > 0)) fail("USAGE", "--days takes a positive number");
    const made = await withSession(async (session) => {
      const org = await findOrg(session, values.org);
      const userId = await findMember(session, org, email);
      const { rows } = await session.asOrg(org.id, (client) =>
        client.query<{ role_name: string; password: string }>(
          "select role_name, password from access.create_sql_login($1, make_interval(days => $2))",
          [userId, days],
        ),
      );
      const { role_name, password } = rows[0]!;
      return { url: loginUrl(session.adminUrl, role_name, password), user: email, org: org.slug };
    });
    // Shown once; only the URL on standard output, so that it can be piped.
    output.print(made, made.url);
    return 0;
  },
};
