/** An installation as a person runs it: first start with the demo, clean stop, second start, kill -9 in a load. */
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCommand, type StartedProcess, startProcess } from "../support/process.ts";

let home: string;
let running: StartedProcess | null = null;

beforeAll(async () => {
  // 0700, as people make it; the embedded server may run as another user.
  home = await mkdtemp(path.join(tmpdir(), "cadastre-home-"));
});
afterAll(async () => {
  await running?.end("SIGTERM");
  await rm(home, { recursive: true, force: true });
});

async function query<T extends pg.QueryResultRow>(url: string, text: string): Promise<T[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<T>(text)).rows;
  } finally {
    await client.end();
  }
}

describe("an installation", () => {
  it("starts on an empty home with a demo of two organizations", async () => {
    running = await startProcess(home);
    const accounts = JSON.parse(await readFile(path.join(home, "demo.json"), "utf8"));
    expect(accounts).toHaveLength(8);
    expect(new Set(accounts.map((a: { role: string }) => a.role))).toEqual(
      new Set(["owner", "editor", "analyst", "viewer"]),
    );
    for (const file of ["demo.json", "instance.json", "secrets.json", "keys.json"]) {
      expect((await stat(path.join(home, file))).mode & 0o077, file).toBe(0);
    }
    const runs = await query<{
      dataset_name: string;
      status: string;
      rejected_rows: string;
      updated_rows: string;
    }>(running.databaseUrl, "select dataset_name, status, rejected_rows, updated_rows from ingest.runs");
    expect(runs.length).toBeGreaterThanOrEqual(8);
    expect(new Set(runs.map((run) => run.status))).toEqual(new Set(["succeeded"]));
    expect(runs.some((run) => Number(run.rejected_rows) > 0)).toBe(true);
    expect(runs.some((run) => Number(run.updated_rows) > 0)).toBe(true);
    expect((await fetch(`${running.url}/readyz`)).status).toBe(200);
    for (const account of accounts) {
      const answer = await fetch(`${running.url}/auth/login`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ email: account.email, password: account.password, org: account.org }),
      });
      expect(answer.status, account.email).toBe(200);
    }
  });

  it("refuses a second process on the same home", async () => {
    await expect(startProcess(home)).rejects.toThrow(/HOME_IN_USE|already runs/);
  });

  it("stops cleanly on SIGTERM and leaves nothing running", async () => {
    const pid = Number(
      (await readFile(path.join(home, "postgres", "postmaster.pid"), "utf8")).split("\n")[0],
    );
    expect(await running!.end("SIGTERM")).toBe(0);
    running = null;
    expect(() => process.kill(pid, 0)).toThrow();
    await expect(stat(path.join(home, "instance.json"))).rejects.toThrow();
    const status = await runCommand(home, ["status", "--json"]);
    expect(status.code).toBe(1);
    expect(JSON.parse(status.stdout).error.code).toBe("NOT_RUNNING");
  });

  it("finishes a load by itself after kill -9 in its middle, no row twice", async () => {
    running = await startProcess(home);
    const rows = 200_000;
    const file = path.join(home, "big.csv");
    const lines = Array.from({ length: rows }, (_, i) => `${i},name ${i},${i % 97}.5`);
    await writeFile(file, `id,name,amount\n${lines.join("\n")}\n`);
    const load = runCommand(home, [
      "ingest",
      file,
      "--org",
      "exchange",
      "--dataset",
      "big",
      "--key",
      "id",
      "--json",
    ]);
    let seen = "";
    for (let i = 0; i < 2000 && !/land|check|merge/.test(seen); i++) {
      const found = await query<{ step: string | null }>(
        running.databaseUrl,
        "select step from ingest.runs where dataset_name = 'big' and status = 'running'",
      );
      seen = found[0]?.step ?? "";
    }
    expect(seen).toMatch(/land|check|merge/);
    await running.end("SIGKILL");
    // The database outlives the process until the next start ends it, and comes back on its port: the command waits for it.
    running = await startProcess(home);
    expect((await load).code).toBe(0);
    let state: { status: string; read_rows: string; inserted_rows: string; attempts: number } | undefined;
    for (let i = 0; i < 600 && state?.status !== "succeeded"; i++) {
      [state] = await query(
        running.databaseUrl,
        "select status, read_rows, inserted_rows, attempts from ingest.runs where dataset_name = 'big'",
      );
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(state).toMatchObject({
      status: "succeeded",
      read_rows: String(rows),
      inserted_rows: String(rows),
      attempts: 2,
    });
    const [count] = await query(
      running.databaseUrl,
      "select count(*)::int as n, count(distinct id)::int as d from store_exchange.big",
    );
    expect(count).toEqual({ n: rows, d: rows });
    expect(await query(running.databaseUrl, "select from pg_tables where schemaname = 'landing'")).toEqual(
      [],
    );
  }, 180_000);
});

describe("the command line", () => {
  const run = async (...args: string[]) => {
    const result = await runCommand(home, [...args, "--json"]);
    return { code: result.code, data: JSON.parse(result.stdout), stderr: result.stderr };
  };

  it("does a person's first hour: organization, member, load, again, correction, SQL login", async () => {
    expect(await run("org", "create", "lab", "--name", "Lab")).toMatchObject({
      code: 0,
      data: { slug: "lab", name: "Lab" },
    });
    const added = await runCommand(
      home,
      ["user", "add", "ana@lab.example", "--org", "lab", "--role", "analyst", "--password-stdin", "--json"],
      "a long password\n",
    );
    expect(added.code).toBe(0);
    const file = path.join(home, "people.csv");
    await writeFile(
      file,
      "id,name,born\n1,Ada,1815-12-10\n2,Alan,1912-06-23\n3,Grace,not a date\n3x,Edsger,1930-05-11\n",
    );
    const load = await run("ingest", file, "--org", "lab", "--dataset", "people", "--key", "id");
    expect(load).toMatchObject({ code: 0, data: { status: "succeeded", read: 4, inserted: 4 } });
    expect(
      (await run("ingest", file, "--org", "lab", "--dataset", "people", "--key", "id")).data.status,
    ).toBe("duplicate");
    await writeFile(file, "id,name,born\n1,Ada Lovelace,1815-12-10\n2,Alan,1912-06-23\n");
    expect((await run("ingest", file, "--org", "lab", "--dataset", "people")).data).toMatchObject({
      read: 2,
      updated: 1,
      unchanged: 1,
    });
    expect((await run("dataset", "show", "people", "--org", "lab")).data).toMatchObject({
      key: ["id"],
      rows: 4,
    });
    // A header that changed is decided from here too; its first file as well, where that is asked for.
    await writeFile(
      file,
      "id,full name,born,city\n1,Ada Lovelace,1815-12-10,London\n2,Alan,1912-06-23,Paddington\n",
    );
    const held = await run("ingest", file, "--org", "lab", "--dataset", "people");
    expect(held).toMatchObject({ code: 1, data: { status: "held", error: { code: "IN023" } } });
    expect(held.stderr).toContain(`cadastre contract show ${held.data.run} --org lab`);
    const shown = await run("contract", "show", held.data.run, "--org", "lab");
    expect(shown.data.changes.map((one: { change: string }) => one.change)).toEqual(["renamed", "added"]);
    expect(await run("contract", "accept", held.data.run, "--org", "lab")).toMatchObject({
      code: 0,
      data: { status: "accepted" },
    });
    const review = await run(
      "ingest",
      file,
      "--org",
      "lab",
      "--dataset",
      "reviewed",
      "--key",
      "id",
      "--review",
    );
    expect(review).toMatchObject({ code: 1, data: { status: "held", error: { code: "IN022" } } });
    expect((await run("contract", "refuse", review.data.run, "--org", "lab")).data.status).toBe("refused");
    // The contract goes out and makes the same dataset elsewhere.
    const odcs = path.join(home, "people.odcs.yaml");
    expect(
      (await runCommand(home, ["contract", "export", "people", "--org", "lab", "--out", odcs])).code,
    ).toBe(0);
    expect((await run("contract", "import", odcs, "--org", "lab", "--dataset", "folk")).data).toEqual({
      datasets: [{ name: "folk", made: true }],
      notes: [],
    });
    const contractOf = async (name: string) => {
      const { key, mode, fields } = (await run("dataset", "show", name, "--org", "lab")).data;
      return { key, mode, fields };
    };
    expect(await contractOf("folk")).toEqual(await contractOf("people"));
    const login = await run("sql-login", "create", "--org", "lab", "--user", "ana@lab.example");
    expect(login.data.url).toMatch(/^postgres:\/\//);
    expect(await query(login.data.url, "select count(*)::int as n from people")).toEqual([{ n: 4 }]);
    expect(
      await query(login.data.url, "select name, city from people_history where id = '1' order by version"),
    ).toEqual([
      { name: "Ada", city: null },
      { name: "Ada Lovelace", city: null },
      { name: "Ada Lovelace", city: "London" },
    ]);
  });

  it("tells what is wrong and exits with 1", async () => {
    for (const [args, code] of [
      [["nonsense"], "USAGE"],
      [["org", "create", "no good"], "TN001"],
      [["ingest", "/nowhere.csv", "--org", "lab", "--dataset", "x"], "NOT_FOUND"],
      [["ingest", path.join(home, "people.csv"), "--org", "nobody", "--dataset", "x"], "NOT_FOUND"],
      [["dataset", "show", "nothing", "--org", "lab"], "NOT_FOUND"],
    ] as const) {
      const { code: exit, data, stderr } = await run(...args);
      expect(exit, args.join(" ")).toBe(1);
      expect(data.error.code, args.join(" ")).toBe(code);
      expect(stderr).not.toBe("");
    }
  });
});
