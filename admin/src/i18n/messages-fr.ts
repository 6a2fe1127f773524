import frenchMessages from "ra-language-french";
import { mergeTranslations, type TranslationMessages } from "react-admin";
import type { ProblemCatalog } from "../providers/in-language.ts";
import { fr } from "./fr.ts";
import { phrasesFr } from "./phrases-fr.ts";
import { problemsFr } from "./problems-fr.ts";
import { sentencesFr } from "./sentences-fr.ts";

export const messages = mergeTranslations(frenchMessages, fr) as TranslationMessages;
export const problems: ProblemCatalog = { codes: problemsFr, sentences: sentencesFr, phrases: phrasesFr };
