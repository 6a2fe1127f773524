import { Suspense, useEffect, useState } from "react";
import { lazily } from "../components/lazily.ts";
import { answerProofs, Withdrawn } from "../providers/proof.ts";

const ProofDialog = lazily(() => import("../account/ProofDialog.tsx"));

interface Waiting {
  done: () => void;
  withdraw: () => void;
}

/** Where the page asks again who one is, when the server wants to know before an act (AC060). */
export function ProofGate() {
  const [waiting, setWaiting] = useState<Waiting | null>(null);
  useEffect(
    () =>
      answerProofs(
        () =>
          new Promise<void>((resolve, reject) => {
            const end = (then: () => void) => () => {
              setWaiting(null);
              then();
            };
            setWaiting({
              done: end(resolve),
              withdraw: end(() => reject(new Withdrawn("no proof was given"))),
            });
          }),
      ),
    [],
  );
  if (!waiting) return null;
  return (
    <Suspense fallback={null}>
      <ProofDialog onDone={waiting.done} onClose={waiting.withdraw} />
    </Suspense>
  );
}
