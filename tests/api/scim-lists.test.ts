/** SCIM's pages and filters: values are compared as values, and what is not known is refused. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { created, find, owner, scim, start, stop, USER } from "./support/scim.ts";

beforeAll(start);
afterAll(stop);

describe("lists", () => {
  it("go by pages, each once", async () => {
    for (let i = 0; i < 5; i++) await created();
    const all = (await scim("GET", "/Users?count=200")).body;
    const seen: string[] = [];
    for (let start = 1; start <= all.totalResults; start += 3) {
      const page = (await scim("GET", `/Users?startIndex=${start}&count=3`)).body;
      expect(page).toMatchObject({ totalResults: all.totalResults, startIndex: start });
      seen.push(...page.Resources.map((r: { id: string }) => r.id));
    }
    expect(seen).toEqual(all.Resources.map((r: { id: string }) => r.id));
    expect((await scim("GET", "/Users?count=0")).body).toMatchObject({
      totalResults: all.totalResults,
      Resources: [],
    });
    expect((await scim("GET", "/Users?startIndex=-5&count=x")).body.startIndex).toBe(1);
  });

  it("filter by what is asked", async () => {
    const made = await created("filtered", { externalId: "X-77", title: "Head of 100%", displayName: "F" });
    const only = async (filter: string) => {
      const { body } = await find(filter);
      return body.Resources.map((r: { id: string }) => r.id).includes(made.id) && body.totalResults === 1;
    };
    for (const filter of [
      'userName eq "FILTERED@acme.example"',
      'externalId eq "X-77"',
      `id eq "${made.id}"`,
      'userName sw "filtered" and active eq true',
      'title co "100%"',
      'emails[type eq "work" and value eq "filtered@acme.example"]',
      'emails.value eq "filtered@acme.example"',
      'not (externalId ne "X-77")',
      `${USER}:userName ew "tered@acme.example"`,
      'title pr and name.givenName eq "filtered" and meta.created gt "2020-01-01T00:00:00Z"',
    ]) {
      expect(await only(filter), filter).toBe(true);
    }
    expect((await find('externalId eq "x-77"')).body.totalResults).toBe(0);
    expect((await find('title co "1_0"')).body.totalResults).toBe(0);
  });

  it.each([
    `userName eq "x' or '1'='1"`,
    `userName eq "x\\" or userName pr or userName eq \\"y"`,
    `userName eq "%"`,
    `userName co "'; drop table access.users; --"`,
  ])("take a filter's value as a value: %s", async (filter) => {
    expect(await find(filter)).toMatchObject({ status: 200, body: { totalResults: 0 } });
  });

  it.each([
    ["no comparison", "userName"],
    ["no value", "userName eq"],
    ["an attribute that is not there", 'password eq "x"'],
    ["an unknown comparison", 'userName xx "y"'],
    ["what is not a directory's to see", 'role_key eq "owner"'],
    ["an unknown part", 'emails[secret eq "x"]'],
    ["what is no time", 'meta.created gt "soon"'],
    ["what is never closed", `${"(".repeat(900)}userName pr`],
    ["too many parts", Array.from({ length: 60 }, (_, i) => `userName eq "${i}"`).join(" or ")],
    ["one that is too long", `userName eq "${"x".repeat(3000)}"`],
  ])("refuse %s", async (_what, filter) => {
    expect(await find(filter)).toMatchObject({ status: 400, body: { scimType: "invalidFilter" } });
  });

  it("leave attributes out when asked to", async () => {
    const one = (await scim("GET", `/Users/${owner}?attributes=userName`)).body;
    expect(Object.keys(one).sort()).toEqual(["id", "meta", "schemas", "userName"]);
    expect((await scim("GET", `/Users/${owner}?excludedAttributes=emails`)).body.emails).toBeUndefined();
  });
});
