/** The back office asks for a reason where the organization wants one, and where rules refuse a change, and sends it again. */
import { afterEach, expect, it } from "vitest";
import { ApiError, type Problem } from "../../admin/src/providers/errors.ts";
import { answerReasons, explained } from "../../admin/src/providers/reasons.ts";

const refusal = (code: string) => new ApiError({ code, message: "no" }, 400);
let asked: (Problem | null)[] = [];
let leave = (): void => {};
afterEach(() => leave());
function answering(...reasons: string[]): void {
  asked = [];
  leave = answerReasons(async (refused) => {
    asked.push(refused);
    return reasons.shift()!;
  });
}

it("asks once for the organization's reason, and once more where rules refuse the change with it", async () => {
  answering("a typo", "seen on paper");
  const sent: unknown[][] = [];
  const made = await explained(undefined, async (reason, against) => {
    sent.push([reason, against]);
    if (reason === undefined) throw refusal("HS001");
    if (!against) throw refusal("HS007");
    return "made";
  });
  expect(made).toBe("made");
  expect(sent).toEqual([
    [undefined, false],
    ["a typo", false],
    ["seen on paper", true],
  ]);
  expect(asked.map((p) => p?.code ?? null)).toEqual([null, "HS007"]);
});

it("goes against rules only where somebody says why", async () => {
  answering("seen on paper");
  await expect(
    explained("known", async (reason, against) => {
      if (!against) throw refusal("HS007");
      return reason;
    }),
  ).resolves.toBe("seen on paper");
  leave();
  await expect(explained("known", async () => Promise.reject(refusal("HS007")))).rejects.toBeInstanceOf(
    ApiError,
  );
});
