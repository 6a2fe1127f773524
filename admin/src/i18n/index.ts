/** Interface texts: react-admin's own and the app's, in English and French. */
import polyglotI18nProvider from "ra-i18n-polyglot";
import englishMessages from "ra-language-english";
import frenchMessages from "ra-language-french";
import { type I18nProvider, mergeTranslations, type TranslationMessages } from "react-admin";
import { en } from "./en.ts";
import { fr } from "./fr.ts";

const catalogs: Record<string, TranslationMessages> = {
  en: mergeTranslations(englishMessages, en) as TranslationMessages,
  fr: mergeTranslations(frenchMessages, fr) as TranslationMessages,
};

const preferred = navigator.language.startsWith("fr") ? "fr" : "en";

export const i18nProvider: I18nProvider = polyglotI18nProvider(
  (locale) => catalogs[locale] ?? catalogs.en!,
  preferred,
  [
    { locale: "en", name: "English" },
    { locale: "fr", name: "Français" },
  ],
  { allowMissing: true },
);
