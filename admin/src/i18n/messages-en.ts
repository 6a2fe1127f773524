import englishMessages from "ra-language-english";
import { mergeTranslations, type TranslationMessages } from "react-admin";
import { en } from "./en.ts";

export const messages = mergeTranslations(englishMessages, en) as TranslationMessages;
/** The server speaks English itself. */
export const problems = null;
