/** Members from the machine itself: list, change of system role, removal. */
import { parseArgs } from "node:util";
import { type Command, findMember, findOrg, withSession } from "../command.ts";
import { misused } from "../help.ts";

const MAX_LISTED = 10_000;

interface MemberRow {
  email: string;
  display_name: string;
  role_key: string;
  own_roles: string[];
  status: string;
  source: string;
}

export const member: Command = {
  about: "members: listed, changed in role, removed",
  usage: [
    "member list --org <slug>",
    "member remove --org <slug> --user <email>",
    "member role --org <slug> --user <email> --role <role>",
  ],
  async run(args, output) {
    const { positionals, values } = parseArgs({
      args,
      allowPositionals: true,
      options: { org: { type: "string" }, user: { type: "string" }, role: { type: "string" } },
    });
    const verb = positionals[0] ?? "";
    const { user, role } = values;
    const whole = verb === "list" || (verb === "remove" && user) || (verb === "role" && user && role);
    if (!whole) misused(member);
    return withSession(async (session) => {
      const org = await findOrg(session, values.org);
      if (verb === "list") {
        const { rows } = await session.asOrg(org.id, (client) =>
          client.query<MemberRow>(
            `select email, display_name, role_key, own_roles, status, source from access.members
              order by role_rank desc, email limit ${MAX_LISTED}`,
          ),
        );
        const lines = rows.map((m) => {
          const roles = [m.role_key, ...m.own_roles].join(", ");
          return `${m.email}  ${roles}${m.status === "active" ? "" : `  ${m.status}`}`;
        });
        output.print(rows, lines.join("\n") || `${org.slug} has no members.`);
        return 0;
      }
      const userId = await findMember(session, org, user!);
      if (verb === "remove") {
        await session.asOrg(org.id, (client) => client.query("select access.remove_member($1)", [userId]));
        output.print({ org: org.slug, user, removed: true }, `${user} is no member of ${org.slug} any more.`);
      } else {
        await session.asOrg(org.id, (client) =>
          client.query("select access.set_member_role($1, $2)", [userId, role]),
        );
        output.print({ org: org.slug, user, role }, `${user} is ${role} of ${org.slug}.`);
      }
      return 0;
    });
  },
};
