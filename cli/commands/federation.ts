/** Identity providers, mail domains and SCIM tokens: an organization's with --org, else the installation's providers. */
import { createHash, randomBytes } from "node:crypto";
import { parseArgs } from "node:util";
import { readConfig } from "../../lib/config.ts";
import { loadSecrets } from "../../lib/secrets.ts";
import {
  type Command,
  fail,
  findOrg,
  type OrgRow,
  readStdin,
  type Session,
  withSession,
} from "../command.ts";
import { misused } from "../help.ts";
import { table } from "../table.ts";

const MAX_SECRET_BYTES = 2000;
const PRESET_ISSUER: Record<string, string> = {
  google: "https://accounts.google.com",
  github: "https://github.com",
};

const text = { type: "string" } as const;
const flag = { type: "boolean" } as const;

async function ask<R extends object>(session: Session, statement: string, values: unknown[]): Promise<R[]> {
  return (await session.asPlatform((client) => client.query<R>(statement, values))).rows;
}

/** What of federation is there: as the organization's service, or as the platform. */
async function list(
  session: Session,
  org: OrgRow | null,
  statement: string,
): Promise<Record<string, unknown>[]> {
  const query = (client: { query(sql: string): Promise<{ rows: Record<string, unknown>[] }> }) =>
    client.query(statement);
  return (await (org ? session.asOrg(org.id, query) : session.asPlatform(query))).rows;
}

const shown = (rows: Record<string, unknown>[]): string => table(rows, "There are none.");

export const identityProvider: Command = {
  about: "where people sign in from: OpenID Connect, Google, Cognito, GitHub",
  usage: [
    "identity-provider add <name> --kind oidc|google|cognito|github --client-id <id> [--issuer <url>] [--secret-stdin] [--org <slug>] [--title <t>] [--join] [--role <role>] [--trust <domain,...>]",
    "identity-provider remove <name> [--org <slug>]",
    "identity-provider list [--org <slug>]",
  ],
  async run(args, output) {
    const { positionals, values } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        kind: text,
        "client-id": text,
        issuer: text,
        "secret-stdin": flag,
        org: text,
        title: text,
        join: flag,
        role: text,
        trust: text,
      },
    });
    const [verb, name] = positionals;
    const kind = values.kind ?? "";
    if (!verb || (verb !== "list" && !name) || (verb === "add" && !(kind && values["client-id"]))) {
      misused(identityProvider);
    }
    return withSession(async (session) => {
      const org = values.org ? await findOrg(session, values.org) : null;
      const address = org ? `${org.slug}.${name}` : name!;
      if (verb === "list") {
        const rows = await list(
          session,
          org,
          "select name, kind, issuer, enabled from access.identity_providers order by name limit 100",
        );
        output.print(rows, shown(rows));
      } else if (verb === "remove") {
        const [row] = await ask<{ done: boolean }>(
          session,
          "select access.remove_identity_provider($1, $2) as done",
          [name, org?.id ?? null],
        );
        if (!row!.done) fail("NOT_FOUND", `there is no provider ${address}`);
        output.print({ address, removed: true }, `The provider ${address} is gone.`);
      } else if (verb === "add") {
        const secret = values["secret-stdin"] ? (await readStdin(MAX_SECRET_BYTES)).trim() : null;
        const secrets = await loadSecrets(readConfig());
        await ask(
          session,
          `select id from private.put_identity_provider($1, $2, $3, $4, $5, $6, p_trusted_domains => $7,
             p_join_members => $8, p_default_role => $9, p_org => $10)`,
          [
            name,
            values.title ?? name,
            kind,
            values.issuer ?? PRESET_ISSUER[kind] ?? null,
            values["client-id"],
            secret ? secrets.seal(`identity-provider:${address}`, secret) : null,
            values.trust?.split(",") ?? [],
            values.join ?? false,
            values.role ?? "viewer",
            org?.id ?? null,
          ],
        );
        const callback = `/auth/oidc/${address}/callback`;
        output.print({ address, callback }, `Register ${callback} of this installation at the provider.`);
      } else fail("USAGE", "identity-provider takes add, remove or list");
      return 0;
    });
  },
};

export const domain: Command = {
  about: "mail domains that the organization has proven",
  usage: [
    "domain add <domain> --org <slug> [--role <role>] [--no-join]",
    "domain verify|remove <domain> --org <slug>",
    "domain list --org <slug>",
  ],
  async run(args, output) {
    const { positionals, values } = parseArgs({
      args,
      allowPositionals: true,
      options: { org: text, role: text, "no-join": flag },
    });
    const [verb, name] = positionals;
    if (!verb || (verb !== "list" && !name)) {
      misused(domain);
    }
    return withSession(async (session) => {
      const org = await findOrg(session, values.org);
      if (verb === "add") {
        const [row] = await ask<{ domain: string; token: string }>(
          session,
          "select domain, token from access.add_domain($1, $2, $3, $4)",
          [name, !values["no-join"], values.role ?? "viewer", org.id],
        );
        const record = `_cadastre.${row!.domain} TXT "cadastre-verification=${row!.token}"`;
        output.print({ ...row, record }, record);
      } else if (verb === "verify") {
        const [row] = await ask(session, "select domain, verified_at from access.verify_domain($1, $2)", [
          name,
          org.id,
        ]);
        output.print(row, `${name} counts as proven.`);
      } else if (verb === "remove") {
        const [row] = await ask<{ done: boolean }>(session, "select access.remove_domain($1, $2) as done", [
          name,
          org.id,
        ]);
        if (!row!.done) fail("NOT_FOUND", `${org.slug} has not named ${name}`);
        output.print({ domain: name, removed: true }, `${name} is given up.`);
      } else if (verb === "list") {
        const rows = await list(
          session,
          org,
          "select domain, verified_at, verified_by, join_members, default_role from access.domains order by domain limit 100",
        );
        output.print(rows, shown(rows));
      } else fail("USAGE", "domain takes add, verify, remove or list");
      return 0;
    });
  },
};

export const scimToken: Command = {
  about: "tokens by which a directory keeps members and groups",
  usage: [
    "scim-token create --org <slug> --name <name> [--days <n>] [--role <role>]",
    "scim-token revoke <id> --org <slug>",
    "scim-token list --org <slug>",
  ],
  async run(args, output) {
    const { positionals, values } = parseArgs({
      args,
      allowPositionals: true,
      options: { org: text, name: text, days: text, role: text },
    });
    const [verb, id] = positionals;
    const days = Number(values.days ?? 365);
    if ((verb === "create" && !(values.name && days > 0)) || (verb === "revoke" && !id)) {
      misused(scimToken);
    }
    return withSession(async (session) => {
      const org = await findOrg(session, values.org);
      if (verb === "create") {
        const token = `scim_${randomBytes(32).toString("base64url")}`;
        const hash = createHash("sha256").update(token).digest();
        const [row] = await ask<{ id: string; expires_at: Date }>(
          session,
          "select id, expires_at from private.create_scim_token($1, $2, $3, make_interval(secs => $4), $5, $6)",
          [values.name, token.slice(0, 10), hash, days * 86_400, values.role ?? "viewer", org.id],
        );
        // Shown once; only the token on standard output, so that it can be piped.
        output.print({ ...row, token, org: org.slug }, token);
      } else if (verb === "revoke") {
        const [row] = await ask<{ done: boolean }>(
          session,
          "select access.revoke_scim_token($1, $2) as done",
          [id, org.id],
        );
        if (!row!.done) fail("NOT_FOUND", "there is no such token, or it has ended");
        output.print({ id, revoked: true }, "The token is revoked.");
      } else if (verb === "list") {
        const rows = await list(
          session,
          org,
          "select id, name, prefix, expires_at, last_used_at, revoked_at from access.scim_tokens order by created_at limit 100",
        );
        output.print(rows, shown(rows));
      } else fail("USAGE", "scim-token takes create, revoke or list");
      return 0;
    });
  },
};
