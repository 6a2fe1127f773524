/** Interface texts: react-admin's own and the app's, in English and French; a visit loads one language. */
import polyglotI18nProvider from "ra-i18n-polyglot";
import type { I18nProvider, TranslationMessages } from "react-admin";
import { type ProblemCatalog, speak } from "../providers/in-language.ts";

interface Texts {
  messages: TranslationMessages;
  problems: ProblemCatalog | null;
}

const LOADERS: Record<string, () => Promise<Texts>> = {
  en: () => import("./messages-en.ts"),
  fr: () => import("./messages-fr.ts"),
};

/** The language's texts, and from then on the server's errors in it. */
function spoken({ messages, problems }: Texts): TranslationMessages {
  speak(problems);
  return messages;
}
const load = (locale: string): Promise<Texts> => (LOADERS[locale] ?? LOADERS.en!)();

const preferred = navigator.language.startsWith("fr") ? "fr" : "en";
const first = await load(preferred);

export const i18nProvider: I18nProvider = polyglotI18nProvider(
  (locale) => (locale === preferred ? spoken(first) : load(locale).then(spoken)),
  preferred,
  [
    { locale: "en", name: "English" },
    { locale: "fr", name: "Français" },
  ],
  { allowMissing: true },
);
