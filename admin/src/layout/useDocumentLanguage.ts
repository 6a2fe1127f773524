import { useEffect } from "react";
import { useInterfaceLanguage } from "../components/useLanguage.ts";

/** Tells browsers and screen readers which language the page is in. */
export function useDocumentLanguage(): void {
  const locale = useInterfaceLanguage();
  useEffect(() => {
    document.documentElement.lang = locale;
  }, [locale]);
}
