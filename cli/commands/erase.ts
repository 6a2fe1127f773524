import { parseArgs } from "node:util";
import { type Command, fail, findMember, findOrg, withSession } from "../command.ts";
import { waitFor } from "../waiting.ts";

interface ErasureRow {
  id: string;
  state: string;
  found: Record<string, number>;
  notes: { file: string; note: string }[];
  error: { code: string; message: string; hint: string | null } | null;
}

/** In the order in which people want to know. */
const PLACES: Record<string, string> = {
  rows: "rows",
  versions: "versions of them",
  archivedVersions: "archived versions",
  archives: "archives",
  files: "files",
  fileLines: "records in files",
  rejectedRows: "rejected rows",
  issues: "issues of rows",
  rawRecords: "raw records",
  events: "events",
  failingRows: "failing rows of checks",
  profiles: "column profiles",
  samples: "samples and messages",
  changeKeys: "entries of the change feed",
};

function describe({ found, notes }: ErasureRow, dryRun: boolean): string {
  const lines = Object.entries(PLACES).flatMap(([name, what]) =>
    found[name] ? [`  ${found[name]} ${what}`] : [],
  );
  const head = lines.length === 0 ? "nothing was found" : dryRun ? "found:" : "erased:";
  return [head, ...lines, ...notes.map(({ file, note }) => `  file ${file}: ${note}`)].join("\n");
}

export const erase: Command = {
  about: "erases a person's data wherever it is kept",
  usage: [
    "erase --org <slug> --dataset <name> --key <JSON>|--values <JSON> --reason <text> [--dry-run] [--as <e-mail>] [--timeout <seconds>]",
    "erase --org <slug> --subject <JSON list> --reason <text> [--dry-run] ...",
  ],
  async run(args, output) {
    const string = { type: "string" } as const;
    const { values } = parseArgs({
      args,
      options: {
        org: string,
        dataset: string,
        key: string,
        values: string,
        subject: string,
        reason: string,
        as: string,
        timeout: string,
        "dry-run": { type: "boolean" },
      },
    });
    const dryRun = values["dry-run"] === true;
    const reason =
      values.reason ??
      (dryRun ? "search" : fail("USAGE", "--reason is missing", "Say why, without the data itself."));
    const parse = (text: string, name: string): unknown => {
      try {
        return JSON.parse(text);
      } catch {
        return fail("USAGE", `--${name} is not JSON`, `For example --key '{"id": 42}'.`);
      }
    };
    const part = {
      ...(values.key && { key: parse(values.key, "key") }),
      ...(values.values && { values: parse(values.values, "values") }),
    };
    const subject = values.subject
      ? parse(values.subject, "subject")
      : [{ dataset: values.dataset, ...part }];
    const done = await withSession(async (session) => {
      const org = await findOrg(session, values.org);
      const userId = values.as ? await findMember(session, org, values.as) : null;
      const { rows } = await session.asOrg(
        org.id,
        (client) =>
          client.query<ErasureRow>("select id from data.request_erasure($1, $2, $3)", [
            JSON.stringify(subject),
            reason,
            dryRun,
          ]),
        userId,
      );
      return waitFor(values.timeout, () =>
        session.asOrg(org.id, async (client) => {
          const found = await client.query<ErasureRow>(
            "select id, state, found, notes, error from data.erasures where id = $1",
            [rows[0]!.id],
          );
          const row = found.rows[0]!;
          return ["succeeded", "failed"].includes(row.state) ? row : null;
        }),
      );
    });
    if (done.error) fail(done.error.code, done.error.message, done.error.hint ?? undefined);
    output.print(done, describe(done, dryRun));
    return 0;
  },
};
