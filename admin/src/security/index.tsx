import { lazily } from "../components/lazily.ts";

/** Rooms of the organization's security; each is a tab with an address of its own. */
export const SecurityPage = lazily(() => import("./Security.tsx"));
