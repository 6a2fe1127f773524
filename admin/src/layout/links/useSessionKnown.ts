import { useEffect, useState } from "react";
import { ensureSession, maySignInAgain } from "../../providers/session.ts";

/**
 * False until it is known whether somebody is signed in at this browser. The whole application begins anew when that
 * turns out, so nothing may be typed or told on a page before.
 */
export function useSessionKnown(): boolean {
  const [known, setKnown] = useState(!maySignInAgain());
  useEffect(() => {
    if (!known)
      ensureSession()
        .catch(() => undefined)
        .finally(() => setKnown(true));
  }, [known]);
  return known;
}
