/** An SQL login handed out over HTTP. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { acme, owner, s, start, stop } from "./support/scim.ts";

beforeAll(start);
afterAll(stop);

describe("handing out an SQL login", () => {
  it("gives a connection string once, and says from where it can be reached", async () => {
    await s.member(acme, "bi@acme.example", "analyst");
    const bearer = await s.signIn("bi@acme.example");
    const headers = { authorization: `Bearer ${bearer}` };
    const made = await s.post("/access/v1/sql-logins", { days: 30 }, headers);
    expect(made.status).toBe(201);
    const handed = (await made.json()) as { url: string; hint: string; host: string };
    expect(handed).toMatchObject({
      host: "127.0.0.1",
      hint: expect.stringContaining("machine that runs the database"),
    });
    expect(handed.url).toMatch(/^postgresql:\/\/login_[0-9a-f]{18}:[^@]+@127\.0\.0\.1:\d+\//);
    const rotated = await s.post("/access/v1/sql-logins", { action: "rotate" }, headers);
    expect(((await rotated.json()) as { url: string }).url).not.toBe(handed.url);
    expect((await s.post("/access/v1/sql-logins", { userId: owner }, headers)).status).toBe(403);
    expect((await s.post("/access/v1/sql-logins", {})).status).toBe(401);
  });
});
