import { useState } from "react";
import { showPasskey } from "../account/passkeys.ts";
import { useAct } from "../account/useAct.ts";
import { type Choice, type Factor, type Step, send, step } from "../providers/session.ts";

const LAST_ORGANIZATION = "cadastre.organization";

/** Where a sign-in stands: what is asked next. */
export type Stand =
  | { kind: "password" }
  | { kind: "forgot" }
  | { kind: "factor"; challenge: string; factors: Factor[] }
  | { kind: "choose"; challenge: string; organizations: Choice[] };

export const lastOrganization = (): string => localStorage.getItem(LAST_ORGANIZATION) ?? "";

const FACTORS: readonly string[] = ["totp", "passkey", "recovery"];

/** A fragment is whoever's who made the link: a path, and none that leads to another site once it is put in order. */
function isOwnPath(path: string): boolean {
  if (!/^\/(?![/\\])[^\\]*$/.test(path) || /\p{Cc}/u.test(path)) return false;
  return !new URL(path, "http://own.invalid").pathname.startsWith("//");
}

/** What an identity provider's callback brought along: the next step, in the fragment, which no server sees. */
export function standIn(hash: string): { stand: Stand; path: string | null } | null {
  const values = new URLSearchParams(hash.replace(/^#/, ""));
  const challenge = values.get("challenge");
  if (!challenge) return null;
  const wanted = values.get("return") ?? "";
  const path = isOwnPath(wanted) ? wanted : null;
  const list = (name: string) => (values.get(name) ?? "").split(",").filter((one) => one !== "");
  const organizations = list("organizations").map((slug) => ({ slug, name: slug }));
  if (organizations.length > 0) return { stand: { kind: "choose", challenge, organizations }, path };
  const factors = list("factors").filter((one): one is Factor => FACTORS.includes(one));
  return { stand: { kind: "factor", challenge, factors }, path };
}

/** The steps of a sign-in. The last one keeps the session, which the page hears of. */
export function useSignIn(first: Stand) {
  const [stand, setStand] = useState<Stand>(first);
  const go = (next: Step): void => {
    if (next.kind !== "session") setStand(next);
    else if (next.session.org) localStorage.setItem(LAST_ORGANIZATION, next.session.org.slug);
  };
  const { act, busy, problem, setProblem } = useAct(async (work: () => Promise<void>) => work());
  const run = (work: () => Promise<Step>) => act(async () => go(await work()));
  const to = (next: Stand): void => {
    setProblem(null);
    setStand(next);
  };
  const challenge = "challenge" in stand ? stand.challenge : "";
  return {
    stand,
    busy,
    problem,
    to,
    password: (given: { email: string; password: string; org: string | null }) =>
      run(() => step("/auth/login", given)),
    choose: (org: string) => run(() => step("/auth/choose", { challenge, org })),
    code: (kind: "totp" | "recovery", code: string) =>
      run(() => step("/auth/factor", { challenge, proof: { kind, code } })),
    passkeyFactor: () =>
      run(async () => {
        const { options } = await send<{ options: unknown }>("/auth/factor/options", { challenge });
        const response = await showPasskey(options);
        return step("/auth/factor", { challenge, proof: { kind: "passkey", response } });
      }),
    passkey: (org: string | null) =>
      run(async () => {
        const asked = await send<{ challenge: string; options: unknown }>("/auth/passkey/options", {});
        const response = await showPasskey(asked.options);
        return step("/auth/passkey", { challenge: asked.challenge, response, ...(org ? { org } : {}) });
      }),
  };
}

export type SignIn = ReturnType<typeof useSignIn>;
