import { parseArgs } from "node:util";
import { checkNewPassword, hashPassword } from "../../lib/passwords.ts";
import { type Command, readStdin, withSession } from "../command.ts";
import { misused } from "../help.ts";

const MAX_PASSWORD_BYTES = 1024;

/** Platform operators see organizations and the outbox, and no rows of anybody. */
export const operator: Command = {
  about: "makes and unmakes operators of the platform",
  usage: ["operator add <email> [--password-stdin]", "operator remove <email>"],
  async run(args, output) {
    const { positionals, values } = parseArgs({
      args,
      allowPositionals: true,
      options: { "password-stdin": { type: "boolean" } },
    });
    const [verb, email] = positionals;
    if ((verb !== "add" && verb !== "remove") || !email) misused(operator);
    let hash: string | null = null;
    if (values["password-stdin"]) {
      const password = (await readStdin(MAX_PASSWORD_BYTES)).replace(/\r?\n$/, "");
      await checkNewPassword(password, { email });
      hash = await hashPassword(password);
    }
    const on = verb === "add";
    await withSession((session) =>
      session.asPlatform((client) =>
        client.query("select access.set_operator($1, $2, $3)", [email, on, hash]),
      ),
    );
    const said = `${email} is ${on ? "a platform operator" : "no platform operator any more"}.`;
    output.print({ email, operator: on }, said);
    return 0;
  },
};
