import { useLocaleState } from "react-admin";

/** The interface's language, heard of in table rows too, which are not rendered anew with their page. */
export function useLanguage(): string {
  return useLocaleState()[0] ?? "en";
}
