import { useEffect } from "react";
import { useLanguage } from "../components/useLanguage.ts";

/** Tells browsers and screen readers which language the page is in. */
export function useDocumentLanguage(): void {
  const locale = useLanguage();
  useEffect(() => {
    document.documentElement.lang = locale;
  }, [locale]);
}
