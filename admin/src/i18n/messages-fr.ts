import frenchMessages from "ra-language-french";
import { mergeTranslations, type TranslationMessages } from "react-admin";
import { fr } from "./fr.ts";

export const messages = mergeTranslations(frenchMessages, fr) as TranslationMessages;
