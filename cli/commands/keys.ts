import { readConfig } from "../../lib/config.ts";
import { rotateKeys } from "../../server/auth/keys.ts";
import type { Command } from "../command.ts";
import { misused } from "../help.ts";

export const keys: Command = {
  about: "signs access tokens with a new key",
  usage: ["keys rotate"],
  async run(args, output) {
    if (args[0] !== "rotate") misused(keys);
    const { home } = readConfig();
    const kid = await rotateKeys(home);
    output.print({ kid }, `New access tokens are signed by ${kid}; nobody is signed out.`);
    return 0;
  },
};
