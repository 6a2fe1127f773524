import { parseArgs } from "node:util";
import { checkNewPassword, hashPassword } from "../../lib/passwords.ts";
import { type Command, findOrg, readStdin, type Session, withSession } from "../command.ts";
import { misused } from "../help.ts";

const MAX_PASSWORD_BYTES = 1024;

/** For somebody who lost their second factor and the recovery codes too. */
async function resetFactors(session: Session, email: string): Promise<string> {
  const { rows } = await session.asPlatform((client) =>
    client.query<{ id: string }>("select access.reset_factors($1) as id", [email]),
  );
  return rows[0]!.id;
}

export const user: Command = {
  about: "adds members; takes lost second factors from an account",
  usage: [
    "user add <email> --org <slug> --role <role> [--name <name>] [--password-stdin]",
    "user reset-factors <email>",
  ],
  async run(args, output) {
    const { positionals, values } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        org: { type: "string" },
        role: { type: "string" },
        name: { type: "string" },
        "password-stdin": { type: "boolean" },
      },
    });
    const [verb, email] = positionals;
    if (verb === "reset-factors" && email) {
      const userId = await withSession((session) => resetFactors(session, email));
      output.print({ userId, email }, `${email} has no second factor any more; all sessions have ended.`);
      return 0;
    }
    if (verb !== "add" || !email || !values.role) misused(user);
    let hash: string | null = null;
    if (values["password-stdin"]) {
      const password = (await readStdin(MAX_PASSWORD_BYTES)).replace(/\r?\n$/, "");
      await checkNewPassword(password, { email, displayName: values.name ?? null, org: values.org ?? null });
      hash = await hashPassword(password);
    }
    const added = await withSession(async (session) => {
      const org = await findOrg(session, values.org);
      const { rows } = await session.asPlatform((client) =>
        client.query<{ user_id: string }>("select user_id from access.add_member($1, $2, $3, $4, $5)", [
          email,
          values.role,
          values.name ?? "",
          hash,
          org.id,
        ]),
      );
      return { userId: rows[0]!.user_id, email, org: org.slug, role: values.role };
    });
    output.print(added, `${added.email} is ${added.role} of ${added.org}.`);
    return 0;
  },
};
