/** Why somebody may do something, or may not, now or at a past moment. */
import { parseArgs } from "node:util";
import { type Command, findDataset, findOrg, withSession } from "../command.ts";
import { misused } from "../help.ts";

interface Reason {
  source: string;
  counts: boolean;
  name: string;
  via?: string;
  until?: string;
  by?: string;
  effect?: string;
  reason?: string;
}

interface Answer {
  allowed: boolean;
  decided_by: string;
  reasons: Reason[];
  needed?: { roles: string[]; own_roles: string[]; ask: string[] };
}

function told(reason: Reason): string {
  const parts = [
    `  ${reason.source.replace("_", " ")} ${reason.name}`,
    reason.effect === "deny" ? "(against it)" : "",
    reason.via && reason.via !== reason.name ? `by ${reason.via}` : "",
    reason.by ? `from ${reason.by}` : "",
    reason.until ? `until ${reason.until}` : "",
    reason.reason ? `(${reason.reason})` : "",
    reason.counts ? "" : "- does not count: who delegated it does not hold it",
  ];
  return parts.filter(Boolean).join(" ");
}

export const access: Command = {
  about: "why somebody may do something or may not, today or on a past day",
  usage: ["access explain --org <slug> --user <email> --permission <p> [--dataset <d>] [--at <time>]"],
  async run(args, output) {
    const { positionals, values } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        org: { type: "string" },
        user: { type: "string" },
        permission: { type: "string" },
        dataset: { type: "string" },
        at: { type: "string" },
      },
    });
    if (positionals[0] !== "explain" || !values.user || !values.permission) {
      misused(access);
    }
    const { user, permission } = values;
    const answer = await withSession(async (session) => {
      const org = await findOrg(session, values.org);
      const datasetId = values.dataset ? await findDataset(session, org, values.dataset) : null;
      const { rows } = await session.asOrg(org.id, (client) =>
        client.query<{ answer: Answer }>(
          `select access.explain(p_user => $1, permission => $2, object_kind => $3, object_id => $4, at => $5::timestamptz) as answer`,
          [user, permission, datasetId ? "dataset" : null, datasetId, values.at ?? null],
        ),
      );
      return rows[0]!.answer;
    });
    const lines = [
      `${user} ${answer.allowed ? "may" : "may not"} ${permission}${values.dataset ? ` on ${values.dataset}` : ""}${values.at ? ` at ${values.at}` : ""}: decided by ${answer.decided_by}`,
      ...answer.reasons.map(told),
    ];
    if (answer.needed) {
      lines.push(
        `  roles that have it: ${[...answer.needed.roles, ...answer.needed.own_roles].join(", ") || "none"}`,
        `  who could grant it: ${answer.needed.ask.join(", ") || "nobody"}`,
      );
    }
    output.print(answer, lines.join("\n"));
    return 0;
  },
};
