import { useCallback, useRef, useState } from "react";
import type { Problem } from "../providers/errors.ts";
import { Withdrawn } from "../providers/proof.ts";
import { useProblem } from "./useProblem.ts";

/** Something that a button does: busy while it goes on, once at a time, with what went wrong. */
export function useAct<A extends unknown[]>(work: (...given: A) => Promise<void>) {
  const explain = useProblem();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const running = useRef(false);
  const latest = useRef(work);
  latest.current = work;
  const act = useCallback(
    async (...given: A): Promise<void> => {
      if (running.current) return;
      running.current = true;
      setBusy(true);
      setProblem(null);
      try {
        await latest.current(...given);
      } catch (error) {
        if (!(error instanceof Withdrawn)) setProblem(explain(error));
      } finally {
        running.current = false;
        setBusy(false);
      }
    },
    [explain],
  );
  return { act, busy, problem, setProblem };
}
