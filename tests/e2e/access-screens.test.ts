/**
 * Every screen where access is administered, light in English and dark in French, has no accessibility violation;
 * SCREENSHOTS keeps pictures.
 */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { enAccess } from "../../admin/src/i18n/en-access.ts";
import { frAccess } from "../../admin/src/i18n/fr-access.ts";
import { accessToken, act } from "./account-support.ts";
import { axeViolations, picture, type Stage, setStage } from "./support.ts";

const LOOKS = [
  { scheme: "light", locale: "en-GB", language: "en", texts: enAccess },
  { scheme: "dark", locale: "fr-FR", language: "fr", texts: frAccess },
] as const;
type Texts = typeof enAccess;
const ORG = "observatory";

interface Known {
  members: { nodes: { userId: string; email: string }[] };
  datasets: { nodes: { id: string; name: string }[] };
}

const KNOWN = "{ members { nodes { userId email } } datasets { nodes { id name } } }";

/** What the screens show: own roles, attributes, grants of every state, requests, policies, keys, a domain. */
const FURNISH = `mutation ($editor: UUID!, $analyst: UUID!, $viewer: UUID!, $weather: String!, $id: UUID!) {
  stewardship: createOrgRole(input: { key: "season_desk", title: "Season desk", systemParents: ["viewer"],
    permissions: ["run.execute", "record.edit"], description: "Loads the season's files" }) { clientMutationId }
  setMemberRoles(input: { userId: $analyst, roleKeys: ["season_desk"] }) { clientMutationId }
  setMemberAttributes(input: { userId: $viewer, attributes: { region: "EMEA", department: "forecasts", clearance: 2 } }) { clientMutationId }
  invite(input: { email: "nina@observatory.example", roleKey: "editor", ownRoles: ["season_desk"] }) { clientMutationId }
  now: grantAccess(input: { userId: $viewer, lasts: { days: 3 }, permission: "record.export", objectKind: "dataset", objectId: $weather, reason: "Quarterly report" }) { clientMutationId }
  denied: grantAccess(input: { userId: $editor, lasts: { hours: 5 }, permission: "record.delete", effect: "deny", reason: "Audit under way" }) { clientMutationId }
  delegated: delegateAccess(input: { userId: $viewer, lasts: { days: 2 }, permission: "run.approve", reason: "On leave" }) { clientMutationId }
  setProtection(input: { datasetId: $id, tags: ["public"], sensitivity: 1, fields: { wind: ["measured"], weather: ["observed"] } }) { clientMutationId }
  filter: createPolicy(input: { name: "Warm days", kind: "row_filter", roles: ["viewer"], datasets: [$id],
    condition: { all: [{ gte: [{ row: "temp_max" }, 20] }, { any: [{ eq: [{ row: "weather" }, "sun"] }, { not: { lt: [{ row: "wind" }, 2] } }] }] } }) { clientMutationId }
  mask: createPolicy(input: { name: "Observations", kind: "mask", tags: ["observed"], roles: ["viewer"], mask: { kind: "partial", first: 1, last: 0 } }) { clientMutationId }
  forbid: createPolicy(input: { name: "Office hours", kind: "forbid", permissions: ["record.export"], enabled: false,
    condition: { not: { between: [{ context: "time" }, "08:00", "18:00"], zone: "Europe/Paris" } } }) { clientMutationId }
  createApiKey(input: { name: "Nightly load", permissions: ["run.execute", "dataset.view"] }) { clientMutationId }
  addDomain(input: { domain: "observatory.example" }) { clientMutationId }
}`;

const ASK = `mutation ($id: String!) {
  first: requestAccess(input: { reason: "The audit asks for it", duration: { days: 7 }, permission: "audit.view" }) { clientMutationId }
  requestAccess(input: { reason: "To compare stations", duration: { hours: 12 }, systemRole: "editor", objectKind: "dataset", objectId: $id, columns: ["wind"] }) { clientMutationId }
}`;

let stage: Stage;
let known: Known;
const idOf = (email: string) => known.members.nodes.find((one) => one.email === email)!.userId;
const policy = { id: "", mask: "" };

beforeAll(async () => {
  stage = await setStage();
  const owner = stage.account("owner", ORG);
  known = await act<Known>(stage, owner, KNOWN);
  const weather = known.datasets.nodes.find(({ name }) => name === "weather")!.id;
  await act(stage, owner, FURNISH, {
    editor: idOf("editor@observatory.example"),
    analyst: idOf("analyst@observatory.example"),
    viewer: idOf("viewer@observatory.example"),
    weather,
    id: weather,
  });
  await act(stage, stage.account("viewer", ORG), ASK, { id: weather });
  const { requests } = await act<{ requests: { nodes: { id: string }[] } }>(
    stage,
    owner,
    `{ requests(filter: { permission: { equalTo: "audit.view" } }) { nodes { id } } }`,
  );
  await act(
    stage,
    owner,
    `mutation ($id: UUID!) { decideRequest(input: { requestId: $id, approved: false, note: "Ask the auditor" }) { clientMutationId } }`,
    { id: requests.nodes[0]!.id },
  );
  const { policies } = await act<{ policies: { nodes: { id: string; kind: string }[] } }>(
    stage,
    owner,
    "{ policies { nodes { id kind } } }",
  );
  policy.id = policies.nodes.find(({ kind }) => kind === "row_filter")!.id;
  policy.mask = policies.nodes.find(({ kind }) => kind === "mask")!.id;
  await fetch(`${stage.url}/access/v1/scim-tokens`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${await accessToken(stage, owner)}`,
      "content-type": "application/json",
    },
    body: JSON.stringify({ name: "Directory" }),
  });
}, 180_000);
afterAll(() => stage?.close());

interface Screen {
  name: string;
  path: string | (() => string);
  ready: string;
  act?: (page: Page, texts: Texts) => Promise<void>;
  role?: string;
}

const press = (name: (texts: Texts) => string) => async (page: Page, texts: Texts) => {
  await page
    .locator("main")
    .getByRole("button", { name: name(texts), exact: true })
    .first()
    .click();
  await page.getByRole("dialog").waitFor();
};

const memberOf = (email: string) => () => `/members/${idOf(email)}/show`;

const SCREENS: Screen[] = [
  { name: "members", path: "/members", ready: "tbody tr:nth-child(4)" },
  { name: "members-invite", path: "/members", ready: "tbody tr", act: press((t) => t.members.invite) },
  { name: "member", path: memberOf("viewer@observatory.example"), ready: "tbody th[scope=row]" },
  {
    name: "member-attributes",
    path: memberOf("viewer@observatory.example"),
    ready: "main section",
    act: async (page, t) => {
      await page.getByRole("region", { name: t.members.attributes }).getByRole("button").click();
      await page.getByRole("dialog").waitFor();
    },
  },
  {
    name: "member-role",
    path: memberOf("analyst@observatory.example"),
    ready: "main section",
    act: press((t) => t.members.change_role),
  },
  {
    name: "member-remove",
    path: memberOf("analyst@observatory.example"),
    ready: "main section",
    act: press((t) => t.members.remove),
  },
  {
    name: "member-view-as",
    path: memberOf("analyst@observatory.example"),
    ready: "main section",
    act: press((t) => t.members.view_as),
  },
  { name: "roles", path: "/roles", ready: "tbody td" },
  {
    name: "roles-edit",
    path: "/roles",
    ready: "tbody td",
    act: async (page) => {
      await page.locator("thead button").first().click();
      await page.getByRole("dialog").waitFor();
    },
  },
  { name: "roles-refused-edit", path: "/roles", ready: "tbody td", role: "viewer" },
  { name: "grants", path: "/grants", ready: "tbody tr" },
  { name: "grants-give", path: "/grants", ready: "tbody tr", act: press((t) => t.grants.give) },
  { name: "grants-shorten", path: "/grants", ready: "tbody tr", act: press((t) => t.grants.shorten) },
  { name: "grants-refused", path: "/grants", ready: '[role="alert"]', role: "viewer" },
  { name: "requests", path: "/requests", ready: "tbody tr" },
  { name: "requests-approve", path: "/requests", ready: "tbody tr", act: press((t) => t.requests.approve) },
  { name: "policies", path: "/policies", ready: "tbody tr" },
  { name: "policy-new", path: "/policies/create", ready: "form input" },
  { name: "policy-filter", path: () => `/policies/${policy.id}`, ready: "form input" },
  {
    name: "policy-filter-json",
    path: () => `/policies/${policy.id}`,
    ready: "form input",
    act: async (page) => {
      await page.getByRole("tab", { name: "JSON" }).click();
      await page.locator("form textarea").first().waitFor();
    },
  },
  { name: "policy-mask", path: () => `/policies/${policy.mask}`, ready: "main del" },
  { name: "policy-refused", path: "/policies/create", ready: '[role="alert"]', role: "viewer" },
  {
    name: "why",
    path: "/why",
    ready: "form input",
    act: async (page, t) => {
      await page.locator("#main-content").getByLabel(t.why.person).fill("viewer@");
      await page.getByRole("option").first().click();
      await page.locator("#main-content").getByLabel(t.access.permission).fill("record.edit");
      await page.getByRole("option").first().click();
      await page.getByRole("button", { name: t.why.submit, exact: true }).click();
      await page.getByRole("region", { name: t.why.needed }).waitFor();
    },
  },
  { name: "security-settings", path: "/security", ready: "form input" },
  { name: "security-providers", path: "/security/providers", ready: "main section p" },
  {
    name: "security-provider-add",
    path: "/security/providers",
    ready: "main section p",
    act: press((t) => t.security.provider_add),
  },
  { name: "security-domains", path: "/security/domains", ready: "tbody tr" },
  { name: "security-scim", path: "/security/scim", ready: "tbody tr" },
  { name: "security-keys", path: "/security/keys", ready: "tbody tr" },
  { name: "security-sql", path: "/security/sql", ready: "main section p" },
  { name: "security-sign-ins", path: "/security/sign-ins", ready: "tbody tr" },
  { name: "security-log", path: "/security/log", ready: "tbody tr" },
  {
    name: "dataset-tags",
    path: () => `/datasets/${known.datasets.nodes.find(({ name }) => name === "weather")!.id}/show`,
    ready: "dl",
    act: async (page) => {
      await page.locator("dl button").click();
      await page.getByRole("dialog").waitFor();
    },
  },
];

describe.each(LOOKS)("$scheme, $language", ({ scheme, locale, language, texts }) => {
  const visits = new Map<string, Promise<Page>>();
  const visit = (role: string): Promise<Page> => {
    const before = visits.get(role);
    if (before) return before;
    const made = stage.visit(role, { org: ORG, colorScheme: scheme, locale });
    visits.set(role, made);
    return made;
  };

  test.each(SCREENS)("$name", async ({ name, path, ready, act: doing, role = "owner" }) => {
    const page = await visit(role);
    await page.goto(stage.url + (typeof path === "string" ? path : path()));
    await page.locator(ready).first().waitFor();
    await doing?.(page, texts);
    await page.waitForLoadState("networkidle");
    // Colours fade in: axe must see what people see.
    await page.waitForTimeout(500);
    await picture(page, `access-${name}-${scheme}`);
    expect(await page.locator("html").getAttribute("lang")).toBe(language);
    expect(await axeViolations(page)).toEqual([]);
  });
});
