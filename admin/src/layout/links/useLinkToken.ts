import { useState } from "react";

/** The token behind #, which browsers send to nobody. It stays for a reload and goes with the page. */
export function useLinkToken(): string {
  const [token] = useState(() => window.location.hash.replace(/^#/, ""));
  return token;
}
