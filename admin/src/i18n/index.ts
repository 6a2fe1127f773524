/** Interface texts: react-admin's own and the app's, in English and French; a visit loads one language. */
import polyglotI18nProvider from "ra-i18n-polyglot";
import type { I18nProvider, TranslationMessages } from "react-admin";

const LOADERS: Record<string, () => Promise<{ messages: TranslationMessages }>> = {
  en: () => import("./messages-en.ts"),
  fr: () => import("./messages-fr.ts"),
};

const load = async (locale: string): Promise<TranslationMessages> =>
  (await (LOADERS[locale] ?? LOADERS.en!)()).messages;

const preferred = navigator.language.startsWith("fr") ? "fr" : "en";
const first = await load(preferred);

export const i18nProvider: I18nProvider = polyglotI18nProvider(
  (locale) => (locale === preferred ? first : load(locale)),
  preferred,
  [
    { locale: "en", name: "English" },
    { locale: "fr", name: "Français" },
  ],
  { allowMissing: true },
);
