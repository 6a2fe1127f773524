/** What is bounded for all and for each: who is refused, who waits, and whose turn it is when somebody leaves. */
import { expect, it } from "vitest";
import { createShares, createTurns } from "../../server/shares.ts";

it("shares are bounded for each and in all, and given back once", () => {
  const shares = createShares({ total: 3, each: 2 });
  const first = shares.take("a");
  expect(shares.take("a")).toBeTypeOf("function");
  expect(shares.take("a")).toBe("each");
  expect(shares.take("b")).toBeTypeOf("function");
  expect(shares.take("b")).toBe("total");
  (first as () => void)();
  (first as () => void)();
  expect(shares.take("b")).toBeTypeOf("function");
  expect(shares.take("c")).toBe("total");
});

it("who finds no turn waits in order, holds up nobody else, and is refused where too many of theirs wait", async () => {
  const turns = createTurns({ total: 3, each: 2, waiting: 2 });
  const order: string[] = [];
  const come = (who: string, name: string): Promise<() => void> =>
    Promise.resolve(turns.enter(who)!).then((done) => {
      order.push(name);
      return done;
    });
  const a1 = await come("a", "a1");
  const a2 = await come("a", "a2");
  const a3 = come("a", "a3");
  const a4 = come("a", "a4");
  expect(turns.enter("a")).toBeNull();
  const b1 = await come("b", "b1");
  const b2 = come("b", "b2");
  expect(order).toEqual(["a1", "a2", "b1"]);
  // A place of b's is no place for a third of a's.
  b1();
  expect(await b2).toBeTypeOf("function");
  a1();
  a2();
  (await a3)();
  (await a4)();
  (await b2)();
  expect(order).toEqual(["a1", "a2", "b1", "b2", "a3", "a4"]);
  const done = await come("c", "c1");
  done();
});
