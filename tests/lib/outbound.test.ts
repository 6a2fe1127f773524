/** Addresses that outsiders choose lead to no place within the network, however they are written or resolved. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AppError } from "../../lib/errors.ts";
import { createOutbound, isInside } from "../../lib/outbound.ts";

let server: Server;
let port: number;
let visits = 0;

const refuse = (message: string): AppError => new AppError("PROVIDER", message);
const limits = { refuse, maxBytes: 1000, seconds: 2 };

beforeAll(async () => {
  server = createServer((request, response) => {
    visits++;
    if (request.url === "/long") response.end("x".repeat(2000));
    else if (request.url === "/away") response.writeHead(302, { location: "/long" }).end();
    else if (request.url === "/slow") setTimeout(() => response.end(), 10_000).unref();
    else response.setHeader("content-type", "application/json").end('{"here": true}');
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

describe("networks", () => {
  it("inside, also in the ways to write an IPv4 address within IPv6", () => {
    const inside =
      "127.0.0.1 10.1.2.3 100.64.0.1 169.254.169.254 172.31.0.1 192.168.1.1 0.0.0.0 224.0.0.1 255.255.255.255 ::1 :: fc00::1 fe80::1 ff02::1 ::ffff:10.0.0.1 ::ffff:7f00:1 64:ff9b::a00:1 2002:a00:1::1 nonsense";
    for (const address of inside.split(" ")) expect(isInside(address), address).toBe(true);
    for (const address of "8.8.8.8 172.32.0.1 100.128.0.1 2606:4700::1111".split(" "))
      expect(isInside(address), address).toBe(false);
  });
});

describe("a request is refused", () => {
  const never = createOutbound({
    ...limits,
    resolve: async () => {
      throw new Error("nobody was to be asked");
    },
  });

  it.each([
    "127.0.0.1",
    "0x7f.1",
    "2130706433",
    "0177.0.0.1",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "169.254.169.254",
    "10.0.0.1",
  ])("to %s, without asking a resolver", async (host) => {
    const before = visits;
    await expect(never(`https://${host}:${port}/`, {})).rejects.toThrow("not on the public network");
    expect(visits).toBe(before);
  });

  it("to plain http", async () => {
    await expect(never(`http://provider.example:${port}/`, {})).rejects.toThrow("not https");
  });

  it("where any address of the name is inside; the name is asked for once, by the connection", async () => {
    for (const answer of [["127.0.0.1"], ["2606:4700::1111", "::1"], ["8.8.8.8", "10.0.0.1"]]) {
      let asked = 0;
      const request = createOutbound({
        ...limits,
        resolve: async () => {
          asked++;
          return answer;
        },
      });
      await expect(request(`https://provider.example:${port}/`, {})).rejects.toMatchObject({
        code: "PROVIDER",
        message: "host is not on the public network",
      });
      expect(asked).toBe(1);
    }
  });

  it("where the name is not known", async () => {
    const nowhere = createOutbound({ ...limits, resolve: async () => [] });
    await expect(nowhere("https://provider.example/", {})).rejects.toThrow("host is not known");
    await expect(never("https://provider.example/", {})).rejects.toThrow("host is not known");
  });
});

describe("an answer", () => {
  const trial = createOutbound({ ...limits, isTrial: (url) => url.hostname === "127.0.0.1" });

  it("comes as from fetch", async () => {
    const response = await trial(`http://127.0.0.1:${port}/`, { headers: { accept: "application/json" } });
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(await response.json()).toEqual({ here: true });
  });

  it("is bounded in size and time, and no redirect is followed", async () => {
    await expect(trial(`http://127.0.0.1:${port}/long`, {})).rejects.toThrow("answer is too long");
    await expect(trial(`http://127.0.0.1:${port}/slow`, {})).rejects.toThrow(/timeout/i);
    const moved = await trial(`http://127.0.0.1:${port}/away`, {});
    expect(moved.status).toBe(302);
  });
});
