/** What the screens of accounts show: somebody with grants, requests, keys and a second factor; a provider; a mail. */
import { expect } from "vitest";
import {
  accessToken,
  act,
  codeOf,
  givePassword,
  inDatabase,
  makeOperator,
  openPage,
  readLink,
} from "./account-support.ts";
import type { Account, Stage } from "./support.ts";

export const ORG = "observatory";

/** An authenticator app, without a browser; gives the recovery codes. */
async function enrol(stage: Stage, account: Account): Promise<string[]> {
  const token = await accessToken(stage, account);
  const post = async <T>(path: string, body: object): Promise<T> => {
    const response = await fetch(`${stage.url}${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    return (await response.json()) as T;
  };
  const { secret } = await post<{ secret: string }>("/auth/totp/start", {});
  const confirmed = await post<{ recoveryCodes: string[] }>("/auth/totp/confirm", { code: codeOf(secret) });
  return confirmed.recoveryCodes;
}

export interface Furnished {
  operator: Account;
  /** The link of an invitation. */
  invitation: string;
  /** Recovery codes of the owner, who has an authenticator app: each signs in once. */
  codes: string[];
}

export async function furnish(stage: Stage): Promise<Furnished> {
  const operator = await makeOperator(stage);
  const provider = await fetch(`${stage.url}/access/v1/identity-providers`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${await accessToken(stage, operator)}`,
      "content-type": "application/json",
    },
    body: JSON.stringify({
      name: "acme",
      title: "Acme ID",
      kind: "oidc",
      issuer: "https://id.acme.example",
      clientId: "cadastre",
      clientSecret: "not asked here",
    }),
  });
  expect(provider.status, await provider.text()).toBe(201);
  const owner = stage.account("owner", ORG);
  const editor = stage.account("editor", ORG);
  await stage.join("editor", ORG, "exchange", "viewer");
  const { users } = await act<{ users: { nodes: { id: string; email: string }[] } }>(
    stage,
    owner,
    "{ users { nodes { id email } } }",
  );
  const idOf = (email: string) => users.nodes.find((one) => one.email === email)!.id;
  await act(
    stage,
    owner,
    `mutation ($user: UUID!) {
       grantAccess(input: { userId: $user, lasts: { hours: 5 }, permission: "run.approve", reason: "Month's end" }) { result { id } }
       delegateAccess(input: { userId: $user, lasts: { days: 2 }, permission: "member.view", reason: "On leave" }) { result { id } }
       invite(input: { email: "nina@observatory.example", roleKey: "editor" }) { result { id } }
     }`,
    { user: idOf(editor.email) },
  );
  await act(
    stage,
    editor,
    `mutation ($user: UUID!) {
       requestAccess(input: { reason: "The audit asks for it", duration: { days: 7 }, permission: "audit.view" }) { result { id } }
       delegateAccess(input: { userId: $user, lasts: { days: 1 }, permission: "run.execute", reason: "Spring files" }) { result { id } }
       createApiKey(input: { name: "Nightly load", permissions: ["run.execute", "run.view", "dataset.view", "record.view", "record.export"] }) { result { apiKeyId } }
     }`,
    { user: idOf("viewer@observatory.example") },
  );
  const codes = await enrol(stage, stage.account("owner", "exchange"));
  await inDatabase(
    stage,
    "update access.org_security s set require_factor = true from tenancy.organizations o where o.id = s.org_id and o.slug = $1",
    ["exchange"],
  );
  await act(
    stage,
    owner,
    `mutation ($user: UUID!) { startViewAs(input: { subject: $user, reason: "A question of theirs", minutes: 60 }) { result { id } } }`,
    { user: idOf(editor.email) },
  );
  const reader = await openPage(stage, "/");
  await givePassword(reader, operator);
  await reader.getByRole("heading", { name: "Outbox" }).waitFor();
  const invitation = await readLink(reader, /^Join/);
  await reader.context().close();
  return { operator, invitation, codes };
}
