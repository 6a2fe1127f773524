import { readConfig } from "../../lib/config.ts";
import { rotateKeys } from "../../server/auth/keys.ts";
import { type Command, fail } from "../command.ts";

export const keys: Command = {
  usage: ["keys rotate"],
  async run(args, output) {
    if (args[0] !== "rotate") fail("USAGE", `usage: cadastre ${keys.usage[0]}`);
    const { home } = readConfig();
    const kid = await rotateKeys(home);
    output.print({ kid }, `New access tokens are signed by ${kid}; nobody is signed out.`);
    return 0;
  },
};
