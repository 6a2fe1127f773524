import DownloadIcon from "@mui/icons-material/Download";
import VerifiedIcon from "@mui/icons-material/VerifiedOutlined";
import { Alert, Box, Button, Stack, Typography } from "@mui/material";
import { useState } from "react";
import { useTranslate } from "react-admin";
import { useAct } from "../account/useAct.ts";
import { Count } from "../components/Figures.tsx";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { Section } from "../components/Section.tsx";
import { call } from "../providers/http.ts";
import { organizationPath } from "../providers/operations.ts";
import { saveText } from "./save.ts";
import { type Proof, type Verdict, verifyProof } from "./verify.ts";

const PARTS = ["row", "tree", "signature"] as const;

const readProof = (kind: string, id: string): Promise<Proof> =>
  call<Proof>(organizationPath(`audit/proof?${kind}=${id}`));

function Told({ verdict, proof }: { verdict: Verdict; proof: Proof }) {
  const translate = useTranslate();
  const wrong = PARTS.some((part) => verdict[part] === false);
  const open = verdict.signature === null;
  return (
    <Alert severity={wrong ? "error" : open ? "warning" : "success"} role="status">
      <Typography sx={{ fontWeight: 650 }}>
        {translate(`app.audit.proof.${wrong ? "broken" : open ? "half" : "good"}`)}
      </Typography>
      <Box component="ul" sx={{ m: 0, pl: 2.5 }}>
        {PARTS.map((part) => (
          <li key={part}>
            {translate(
              `app.audit.proof.${part}_${verdict[part] === null ? "open" : verdict[part] ? "good" : "bad"}`,
              {
                position: proof.position,
                size: proof.size,
                key: verdict.keyId ?? "",
              },
            )}
          </li>
        ))}
      </Box>
    </Alert>
  );
}

/** The proof that an event or change is under a signed checkpoint: to be kept, and checked here at once. */
export function ProofPanel({ kind, id }: { kind: "event" | "change"; id: string }) {
  const translate = useTranslate();
  const word = (key: string) => translate(`app.audit.proof.${key}`);
  const [found, setFound] = useState<{ proof: Proof; verdict: Verdict } | null>(null);
  const save = useAct(async () => {
    const proof = await readProof(kind, id);
    saveText(`${JSON.stringify(proof, null, 2)}\n`, `${kind}-${id}-proof.json`, "application/json");
  });
  const check = useAct(async () => {
    const proof = await readProof(kind, id);
    const jwks = await call<Parameters<typeof verifyProof>[1]>("/.well-known/audit-jwks.json");
    setFound({ proof, verdict: await verifyProof(proof, jwks) });
  });
  const problem = save.problem ?? check.problem;
  return (
    <Section title={word("title")} hint={word("hint")}>
      <Stack spacing={1.5}>
        <Stack direction="row" useFlexGap spacing={1} sx={{ flexWrap: "wrap" }}>
          <Button
            variant="contained"
            startIcon={<DownloadIcon />}
            loading={save.busy}
            onClick={() => save.act()}
          >
            {word("download")}
          </Button>
          <Button
            variant="outlined"
            startIcon={<VerifiedIcon />}
            loading={check.busy}
            onClick={() => check.act()}
          >
            {word("verify")}
          </Button>
        </Stack>
        {problem && <ProblemAlert problem={problem} />}
        {found && (
          <>
            <Told verdict={found.verdict} proof={found.proof} />
            <Typography variant="body2" color="textSecondary" sx={{ overflowWrap: "anywhere" }}>
              {word("leaf")} <Count value={found.proof.position} /> · <code>{found.proof.leaf}</code>
              <br />
              {word("root")} <code>{found.proof.root}</code>
            </Typography>
          </>
        )}
      </Stack>
    </Section>
  );
}
