import { parseArgs } from "node:util";
import { loginUrl } from "../../lib/db/urls.ts";
import { type Command, fail, findMember, findOrg, withSession } from "../command.ts";
import { misused } from "../help.ts";
import { table } from "../table.ts";

interface Handed {
  role_name: string;
  password: string;
}

export const sqlLogin: Command = {
  about: "PostgreSQL logins of members",
  usage: [
    "sql-login create --org <slug> --user <email> [--days <n>]",
    "sql-login rotate --org <slug> --user <email>",
    "sql-login revoke --org <slug> --user <email>",
    "sql-login list --org <slug>",
  ],
  async run(args, output) {
    const { positionals, values } = parseArgs({
      args,
      allowPositionals: true,
      options: { org: { type: "string" }, user: { type: "string" }, days: { type: "string" } },
    });
    const verb = positionals[0] ?? "";
    if (!["create", "rotate", "revoke", "list"].includes(verb) || (verb !== "list" && !values.user)) {
      misused(sqlLogin);
    }
    const days = values.days === undefined ? null : Number(values.days);
    if (days !== null && !(days > 0)) fail("USAGE", "--days takes a positive number");
    return withSession(async (session) => {
      const org = await findOrg(session, values.org);
      if (verb === "list") {
        const { rows } = await session.asOrg(org.id, (client) =>
          client.query<{ email: string; role_name: string; expires_at: Date | null; sessions: number }>(
            "select email, role_name, created_at, expires_at, sessions from access.list_sql_logins()",
          ),
        );
        const lines = rows.map((r) => ({
          email: r.email,
          login: r.role_name,
          until: r.expires_at ?? "no end",
          sessions: r.sessions,
        }));
        output.print(rows, table(lines, `${org.slug} has no SQL logins.`));
        return 0;
      }
      const email = values.user!;
      const userId = await findMember(session, org, email);
      const ask = async <R extends object>(text: string, list: unknown[]): Promise<R> =>
        (await session.asOrg(org.id, (client) => client.query<R>(text, list))).rows[0]!;
      if (verb === "revoke") {
        const { done } = await ask<{ done: boolean }>("select access.drop_sql_login($1) as done", [userId]);
        if (!done)
          fail(
            "NOT_FOUND",
            `${email} has no SQL login`,
            "cadastre sql-login list shows those that are there.",
          );
        output.print({ user: email, org: org.slug, revoked: true }, `The SQL login of ${email} is gone.`);
        return 0;
      }
      const { role_name, password } =
        verb === "create"
          ? await ask<Handed>(
              "select role_name, password from access.create_sql_login($1, make_interval(secs => $2))",
              [userId, days === null ? null : days * 86_400],
            )
          : await ask<Handed>("select role_name, password from access.rotate_sql_login($1)", [userId]);
      const url = new URL(loginUrl(session.adminUrl, role_name, password));
      if (process.env.SQL_HOST) url.hostname = process.env.SQL_HOST;
      if (process.env.SQL_PORT) url.port = process.env.SQL_PORT;
      // Shown once; only the URL on standard output, so that it can be piped.
      output.print({ url: url.toString(), user: email, org: org.slug }, url.toString());
      return 0;
    });
  },
};
