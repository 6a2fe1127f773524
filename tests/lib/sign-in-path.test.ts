/** What a sign-in's fragment may lead to: anybody can make a link with one. */
import { expect, it } from "vitest";
import { standIn } from "../../admin/src/layout/useSignIn.ts";

const pathOf = (path: string) =>
  standIn(`#challenge=x&factors=totp&return=${encodeURIComponent(path)}`)?.path;

it.each(["/", "/datasets?x=1#y", "/orgs/a..b/"])("a path of the page's own: %j", (path) => {
  expect(pathOf(path)).toBe(path);
});

it.each([
  "//evil.example",
  "/\\evil.example",
  "/\t/evil.example",
  "/\n/evil.example",
  "/x/..//evil.example",
  "/.//evil.example",
  "/x\\..\\\\evil.example",
  "https://evil.example",
  "javascript:alert(1)",
  "",
])("not %j", (path) => {
  expect(pathOf(path)).toBeNull();
});
