import { localStorageStore, type Store } from "react-admin";

const inner = localStorageStore("1", "cadastre");
/** How a person likes to read outlives the session; what they filtered and sorted does not. */
const GROUPS = ["data", "ingest", "trust", "access", "operations", "platform"];
const KEPT = ["theme", "locale", "sidebar.open", ...GROUPS.map((name) => `menu.${name}.folded`)];

export const store: Store = {
  ...inner,
  reset() {
    const kept = KEPT.map((key) => [key, inner.getItem<unknown>(key)] as const);
    inner.reset();
    for (const [key, value] of kept) if (value !== undefined) inner.setItem(key, value);
  },
};
