import { useTranslate } from "react-admin";
import { useRuleMeaning } from "../access/systemTexts.ts";
import type { Rule } from "./types.ts";

/** Where a rule comes from; of a rule of the product's sets, what it goes by too. */
export function Origin({ rule: { origin, setKey, setRule } }: { rule: Rule }) {
  const translate = useTranslate();
  const meaning = useRuleMeaning();
  const [kind, set] = (setKey ?? "").split(":");
  if (origin !== "rule_set" || !setKey || !setRule || kind !== "system")
    return <span>{translate(`app.quality.rule.origin.${origin}`, { _: origin })}</span>;
  const says = meaning(setKey, setRule, "");
  return (
    <span>
      {translate("app.quality.set.from", {
        title: translate(`app.system.rule_set.${set}.title`, { _: set }),
      })}
      {says && `: ${says}`}
    </span>
  );
}
