/** Webhooks of an organization: made, listed, rotated, removed; their deliveries, and one sent again. */
import { randomUUID } from "node:crypto";
import { parseArgs } from "node:util";
import { readConfig } from "../../lib/config.ts";
import { loadSecrets } from "../../lib/secrets.ts";
import { newWebhookSecret, webhookPurpose } from "../../lib/webhook-signature.ts";
import {
  type Command,
  fail,
  findDataset,
  findOrg,
  type OrgRow,
  type Session,
  withSession,
} from "../command.ts";
import { misused } from "../help.ts";
import { table } from "../table.ts";

const text = { type: "string" } as const;
const DAY_HOURS = 24;

interface Values {
  org?: string;
  url?: string;
  events?: string;
  dataset?: string;
  title?: string;
  hours?: string;
}

const rowsOf = async (
  session: Session,
  org: OrgRow,
  statement: string,
  values: unknown[] = [],
): Promise<Record<string, unknown>[]> =>
  (await session.asOrg(org.id, (client) => client.query<Record<string, unknown>>(statement, values))).rows;

const LOCAL = new Set(["127.0.0.1", "localhost", "[::1]"]);

const shown = (rows: Record<string, unknown>[]): string => table(rows, "There are none.");

type Act = (
  session: Session,
  org: OrgRow,
  id: string,
  values: Values,
) => Promise<{ data: unknown; told: string }>;

/** As the server takes them. */
function isAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return protocol === "https:" || (process.env.WEBHOOK_ALLOW_HTTP === "1" && LOCAL.has(hostname));
}

const ACTS: Record<string, Act> = {
  async add(session, org, _id, values) {
    if (!values.url || !values.events) misused(webhook, 0);
    if (!isAddress(values.url))
      fail("USAGE", "--url is not an https address", "Give one such as https://events.example/in.");
    const datasets = values.dataset ? [await findDataset(session, org, values.dataset)] : [];
    const id = randomUUID();
    const secret = newWebhookSecret();
    const sealed = (await loadSecrets(readConfig())).seal(webhookPurpose(id), secret);
    const kinds = values.events.split(",").map((kind) => kind.trim());
    await rowsOf(session, org, "select private.put_webhook($1, $2, $3, $4, $5, $6)", [
      id,
      values.url,
      values.title ?? "",
      kinds,
      datasets,
      sealed,
    ]);
    return {
      data: { id, secret, org: org.slug },
      told: `webhook ${id}\nsecret  ${secret}\nThe secret is shown this once. Try it: cadastre webhook test ${id} --org ${org.slug}`,
    };
  },
  async list(session, org) {
    const rows = await rowsOf(
      session,
      org,
      "select id, url, title, event_kinds, active, disabled_reason, failing_since from ops.webhooks order by created_at limit 100",
    );
    return { data: rows, told: shown(rows) };
  },
  async remove(session, org, id) {
    const [row] = await rowsOf(session, org, "select ops.remove_webhook($1) as done", [id]);
    if (!row!.done) fail("NOT_FOUND", `${org.slug} has no webhook ${id}`);
    return { data: { id, removed: true }, told: "The webhook is gone." };
  },
  async rotate(session, org, id, values) {
    const secret = newWebhookSecret();
    const sealed = (await loadSecrets(readConfig())).seal(webhookPurpose(id), secret);
    const hours = Number(values.hours ?? DAY_HOURS);
    const [row] = await rowsOf(
      session,
      org,
      "select private.rotate_webhook_secret($1, $2, make_interval(secs => $3)) as until",
      [id, sealed, hours * 3600],
    );
    return { data: { id, secret, previousUntil: row!.until }, told: secret };
  },
  async test(session, org, id) {
    const [row] = await rowsOf(session, org, "select id, message_id from ops.test_webhook($1)", [id]);
    return {
      data: { delivery: row!.id, message: row!.message_id },
      told: `Delivery ${row!.id} is on its way.`,
    };
  },
  async deliveries(session, org, id) {
    const rows = await rowsOf(
      session,
      org,
      `select id, event_kind, status, attempts, response_status, error, created_at, finished_at
         from ops.webhook_deliveries where webhook_id = $1 order by number desc limit 100`,
      [id],
    );
    return { data: rows, told: shown(rows) };
  },
  async replay(session, org, id) {
    const [row] = await rowsOf(session, org, "select id, message_id from ops.replay_delivery($1)", [id]);
    return {
      data: { delivery: row!.id, message: row!.message_id },
      told: `Delivery ${row!.id} is on its way.`,
    };
  },
};
const WITHOUT_ID = new Set(["add", "list"]);

export const webhook: Command = {
  about: "where events are sent, signed; their deliveries and replay",
  usage: [
    "webhook add --org <slug> --url <https://...> --events <kind,...> [--dataset <name>] [--title <t>]",
    "webhook list --org <slug>",
    "webhook rotate <id> --org <slug> [--hours <the old secret counts>]",
    "webhook test|remove|deliveries <id> --org <slug>",
    "webhook replay <delivery> --org <slug>",
  ],
  async run(args, output) {
    const { positionals, values } = parseArgs({
      args,
      allowPositionals: true,
      options: { org: text, url: text, events: text, dataset: text, title: text, hours: text },
    });
    const [verb, id] = positionals;
    const act = verb !== undefined && Object.hasOwn(ACTS, verb) ? ACTS[verb]! : null;
    if (!act || (!id && !WITHOUT_ID.has(verb!))) {
      misused(webhook);
    }
    return withSession(async (session) => {
      const org = await findOrg(session, values.org);
      const { data, told } = await act(session, org, id ?? "", values);
      output.print(data, told);
      return 0;
    });
  },
};
