import { useEffect, useRef } from "react";
import { useLocation } from "react-router-dom";
import { call } from "../providers/http.ts";
import { currentSession } from "../providers/session.ts";

const EVERY_MS = 60_000;
const NOT_BEFORE_MS = 2_000;

/**
 * Asks whether the session still counts: at each page, on coming back to the tab, and once a minute. To the database an
 * ended session is nobody, which alone would look like an organization without anything in it.
 */
export function useHeartbeat(): void {
  const { pathname } = useLocation();
  const last = useRef(Date.now());
  const ask = useRef(() => {
    if (!currentSession() || document.hidden || Date.now() - last.current < NOT_BEFORE_MS) return;
    last.current = Date.now();
    call("/auth/me").catch(() => undefined);
  });
  // Asked anew at each page.
  useEffect(() => {
    if (pathname) ask.current();
  }, [pathname]);
  useEffect(() => {
    const { current } = ask;
    const timer = setInterval(current, EVERY_MS);
    document.addEventListener("visibilitychange", current);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", current);
    };
  }, []);
}
