/** What comes with the product, in the reader's language; the server tells it in English. */
import { useCallback } from "react";
import { useTranslate } from "react-admin";

/** A role's description. Own roles are described by whoever made them. */
export function useRoleMeaning(): (key: string, english: string) => string {
  const translate = useTranslate();
  return useCallback((key, english) => translate(`app.system.role.${key}`, { _: english }), [translate]);
}

interface Described {
  origin: string;
  name: string;
  title: string;
  description: string;
}

/** A template's title and description. */
export function useTemplateTexts(): (template: Described) => { title: string; description: string } {
  const translate = useTranslate();
  return useCallback(
    ({ origin, name, title, description }) => {
      const own = { title: title || name, description };
      if (origin !== "system") return own;
      return {
        title: translate(`app.system.template.${name}.title`, { _: own.title }),
        description: translate(`app.system.template.${name}.description`, { _: description }),
      };
    },
    [translate],
  );
}

interface Collected {
  origin: string;
  name: string;
  title: string | null;
  description: string | null;
  industry: string | null;
}

/** A rule set's title, description and industry. */
export function useRuleSetTexts(): <S extends Collected>(set: S) => S {
  const translate = useTranslate();
  return useCallback(
    (set) => {
      if (set.origin !== "system") return { ...set, title: set.title || set.name };
      const text = (part: "title" | "description" | "industry") =>
        translate(`app.system.rule_set.${set.name}.${part}`, { _: set[part] ?? "" });
      return { ...set, title: text("title"), description: text("description"), industry: text("industry") };
    },
    [translate],
  );
}

/** What a rule of a set goes by; `setKey` as the server tells it. */
export function useRuleMeaning(): (setKey: string, rule: string, english: string) => string {
  const translate = useTranslate();
  return useCallback(
    (setKey, rule, english) => {
      const [origin, name] = setKey.split(":");
      return origin === "system" && name
        ? translate(`app.system.rule_set.${name}.rules.${rule}`, { _: english })
        : english;
    },
    [translate],
  );
}

interface Parameterized {
  name: string;
  title: string;
  parameters: Record<string, string>;
}

/** A ready-made connector's title, and what its parameters are. */
export function usePresetTexts(): <P extends Parameterized>(preset: P) => P {
  const translate = useTranslate();
  return useCallback(
    (preset) => ({
      ...preset,
      title: translate(`app.system.preset.${preset.name}.title`, { _: preset.title }),
      parameters: Object.fromEntries(
        Object.entries(preset.parameters).map(([key, english]) => [
          key,
          translate(`app.system.preset.${preset.name}.parameters.${key}`, { _: english }),
        ]),
      ),
    }),
    [translate],
  );
}
