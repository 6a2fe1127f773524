import { lazy } from "react";

/** Rooms of the organization's security; each is a tab with an address of its own. */
export const SecurityPage = lazy(() => import("./Security.tsx"));
