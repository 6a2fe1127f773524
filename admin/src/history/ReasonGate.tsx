import { Suspense, useEffect, useState } from "react";
import { lazily } from "../components/lazily.ts";
import type { Problem } from "../providers/errors.ts";
import { Withdrawn } from "../providers/proof.ts";
import { answerReasons } from "../providers/reasons.ts";

const ReasonDialog = lazily(() => import("./ReasonDialog.tsx"));

interface Waiting {
  refused: Problem | null;
  done: (reason: string) => void;
  withdraw: () => void;
}

/** Where the page asks for a reason, when the organization wants one and the request had none (HS001), or rules refuse it (HS007). */
export function ReasonGate() {
  const [waiting, setWaiting] = useState<Waiting | null>(null);
  useEffect(
    () =>
      answerReasons(
        (refused) =>
          new Promise<string>((resolve, reject) => {
            setWaiting({
              refused,
              done: (reason) => {
                setWaiting(null);
                resolve(reason);
              },
              withdraw: () => {
                setWaiting(null);
                reject(new Withdrawn("no reason was given"));
              },
            });
          }),
      ),
    [],
  );
  if (!waiting) return null;
  return (
    <Suspense fallback={null}>
      <ReasonDialog refused={waiting.refused} onReason={waiting.done} onClose={waiting.withdraw} />
    </Suspense>
  );
}
