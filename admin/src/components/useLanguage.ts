import { useLocaleState } from "react-admin";
import { useZone } from "./zone.ts";

/** The interface's language, heard of in table rows too, which are not rendered anew with their page. */
export function useInterfaceLanguage(): string {
  return useLocaleState()[0] ?? "en";
}

/**
 * The language as numbers and dates are written: in the visitor's own region, where the browser tells one. Whoever asks is
 * also rendered anew when another time zone is chosen.
 */
export function useLanguage(): string {
  useZone();
  const language = useInterfaceLanguage();
  return navigator.languages.find((one) => one.split("-")[0] === language && isTag(one)) ?? language;
}

/** Browsers in a POSIX locale tell tags such as en-US@posix, which Intl refuses. */
function isTag(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false;
  }
}
