import { useLocaleState } from "react-admin";

/** The interface's language, heard of in table rows too, which are not rendered anew with their page. */
export function useInterfaceLanguage(): string {
  return useLocaleState()[0] ?? "en";
}

/** The language as numbers and dates are written: in the visitor's own region, where the browser tells one. */
export function useLanguage(): string {
  const language = useInterfaceLanguage();
  return navigator.languages.find((one) => one.split("-")[0] === language) ?? language;
}
