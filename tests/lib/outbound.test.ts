/** Addresses that outsiders choose lead to no place within the network, however they are written or resolved. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AppError } from "../../lib/errors.ts";
import { createNetwork, createOutbound, isInside, parseNetworks } from "../../lib/outbound.ts";

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
      "127.0.0.1 10.1.2.3 100.64.0.1 169.254.169.254 172.31.0.1 192.168.1.1 0.0.0.0 224.0.0.1 255.255.255.255 ::1 :: fc00::1 fe80::1 ff02::1 ::ffff:10.0.0.1 ::ffff:7f00:1 ::ffff:0:10.0.0.1 ::10.0.0.1 fec0::1 3fff::1 5f00::1 4000::1 192.88.99.1 64:ff9b::a00:1 2002:a00:1::1 nonsense";
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

describe("a network for connectors", () => {
  const answers: Record<string, string[]> = {
    "open.example": ["8.8.8.8"],
    "inner.example": ["127.0.0.1"],
    "mixed.example": ["8.8.8.8", "10.0.0.1"],
    "six.example": ["fd00::1", "127.0.0.1"],
  };
  const network = (allow: string) =>
    createNetwork({
      refuse,
      allow: parseNetworks(allow),
      resolve: async (host) => answers[host] ?? [],
    });

  it("refuses everything inside but what is allowed; one address that is not is enough", async () => {
    const closed = network("");
    expect(await closed.find("open.example")).toEqual({ address: "8.8.8.8", inside: false });
    for (const host of [
      "inner.example",
      "mixed.example",
      "127.0.0.1",
      "::1",
      "[::1]",
      "::ffff:10.0.0.1",
      "169.254.169.254",
    ]) {
      await expect(closed.find(host), host).rejects.toThrow("not on the public network");
      await expect(closed.connect(host, port), host).rejects.toThrow("not on the public network");
    }
    await expect(closed.find("nowhere.example")).rejects.toThrow("not known");
    const open = network("127.0.0.1/32, fd00::/8");
    expect(await open.find("inner.example")).toEqual({ address: "127.0.0.1", inside: true });
    expect(await open.find("six.example")).toEqual({ address: "127.0.0.1", inside: true });
    await expect(open.find("mixed.example")).rejects.toThrow("not on the public network");
    await expect(open.find("127.0.0.2")).rejects.toThrow("not on the public network");
    expect([open.permits("127.0.0.1"), open.permits("10.0.0.1"), open.permits("name.example")]).toEqual([
      true,
      false,
      true,
    ]);
    const socket = await open.connect("inner.example", port);
    expect(socket.remoteAddress).toBe("127.0.0.1");
    socket.destroy();
  });

  it("lists are read strictly", () => {
    for (const bad of ["10.0.0.0", "10.0.0.0/33", "host/8", "10.0.0.0/8;", "::1/129", "10.0.0.0/-1"]) {
      expect(() => parseNetworks(bad), bad).toThrow("not a network");
    }
    expect(() => parseNetworks(" , ")).not.toThrow();
  });
});
