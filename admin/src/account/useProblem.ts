import { useCallback } from "react";
import { useTranslate } from "react-admin";
import { type Problem, problemOf } from "../providers/errors.ts";
import { inLanguage } from "../providers/in-language.ts";

const WAIT = /(\d+) (second|minute)s?/;

/** A problem in the interface's language, where its code is one of those that people meet when they sign in. */
export function useProblem(): (error: unknown) => Problem {
  const translate = useTranslate();
  return useCallback(
    (error: unknown) => {
      const problem = problemOf(error);
      const key = `app.problem_of.${problem.code ?? "-"}`;
      const message = translate(key, { _: "" });
      // Not one of those that signing in has words of its own for.
      if (!message) return inLanguage(problem);
      if (problem.code === "TOO_MANY") {
        const [, count = "", unit = "minute"] = WAIT.exec(problem.hint ?? "") ?? [];
        const hint = count
          ? translate(`app.problem_of.wait_${unit}`, { smart_count: Number(count) })
          : problem.hint;
        return { ...problem, translated: true, message, hint: hint ?? null };
      }
      const hint = translate(`${key}_hint`, { _: problem.hint ?? "" }) || null;
      return { ...problem, translated: true, message, hint };
    },
    [translate],
  );
}
