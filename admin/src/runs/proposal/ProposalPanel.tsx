import { Alert, Box, Button, Stack, TextField, Typography } from "@mui/material";
import { useState } from "react";
import { useNotify, useTranslate } from "react-admin";
import { ProblemAlert } from "../../components/ProblemAlert.tsx";
import { Section } from "../../components/Section.tsx";
import { useMay } from "../../layout/useSession.ts";
import { type Problem, problemOf } from "../../providers/errors.ts";
import { acceptContract, refuseContract } from "../../providers/operations.ts";
import type { Run } from "../types.ts";
import { ContractChanges } from "./ContractChanges.tsx";
import { type DraftField, NewContract } from "./NewContract.tsx";
import type { Proposal, ProposedChange } from "./types.ts";

interface Props {
  run: Run;
  proposal: Proposal;
  refetch: () => void;
}

function draftOf({ fields, keyFields }: Proposal): DraftField[] {
  return fields.map((field) => ({ ...field, isLoaded: true, isKey: keyFields.includes(field.name) }));
}

function Effect({ proposal }: { proposal: Proposal }) {
  const translate = useTranslate();
  const { effect, kind } = proposal;
  if (kind === "new") {
    return (
      <>
        <Typography variant="body2" color="textSecondary">
          {translate(effect.complete ? "app.proposal.seen_all" : "app.proposal.seen_first", {
            rows: effect.rowsSeen ?? 0,
          })}
        </Typography>
        {(effect.keyCandidates ?? []).slice(0, 3).map((candidate) => (
          <Typography key={candidate.fields.join()} variant="body2" color="textSecondary">
            {translate("app.proposal.candidate", {
              fields: candidate.fields.join(", "),
              evidence: candidate.evidence,
            })}
          </Typography>
        ))}
      </>
    );
  }
  // Types alone are not compared with the dataset's rows.
  if (!effect.sampledRows) return null;
  return (
    <Typography variant="body2" color="textSecondary">
      {translate("app.proposal.compared", {
        sampled: effect.sampledRows ?? 0,
        matched: effect.matchedRows ?? 0,
        current: effect.currentRows ?? 0,
      })}
    </Typography>
  );
}

/** The contract, or the changes of one, that a held run waits for: looked at, corrected, accepted or refused. */
export function ProposalPanel({ run, proposal, refetch }: Props) {
  const translate = useTranslate();
  const notify = useNotify();
  const mayCreate = useMay("dataset.create");
  const mayEdit = useMay("dataset.edit");
  const isNew = proposal.kind === "new";
  const mayDecide = isNew ? mayCreate : mayEdit;
  const [fields, setFields] = useState(() => draftOf(proposal));
  const [changes, setChanges] = useState<ProposedChange[]>(proposal.changes);
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const decide = async (work: () => Promise<void>, done: string) => {
    setBusy(true);
    setProblem(null);
    try {
      await work();
      notify(done, { type: "success" });
      refetch();
    } catch (error) {
      setProblem(problemOf(error));
    } finally {
      setBusy(false);
    }
  };
  const accept = () => {
    const kept = fields.filter((field) => field.isLoaded);
    const decision = isNew
      ? {
          fields: kept.map(({ name, sourceName, type, required }) => ({ name, sourceName, type, required })),
          keyFields: kept.filter((field) => field.isKey).map((field) => field.name),
        }
      : { changes };
    return decide(() => acceptContract(run.id, { ...decision, reason }), "app.proposal.accepted");
  };
  const title = translate(isNew ? "app.proposal.title_new" : "app.proposal.title_change");
  return (
    <Section
      title={title}
      hint={translate(isNew ? "app.proposal.hint_new" : "app.proposal.hint_change")}
      flush
    >
      <Stack spacing={1} sx={{ px: 2, pb: 1 }}>
        <Effect proposal={proposal} />
        {!mayDecide && <Alert severity="info">{translate("app.proposal.ask")}</Alert>}
        {problem && <ProblemAlert problem={problem} />}
      </Stack>
      {isNew ? (
        <NewContract fields={fields} onChange={setFields} disabled={!mayDecide || busy} />
      ) : (
        <ContractChanges
          proposed={proposal.changes}
          decided={changes}
          onChange={setChanges}
          disabled={!mayDecide || busy}
        />
      )}
      {mayDecide && (
        <Box sx={{ p: 2 }}>
          <Stack direction="row" spacing={1} useFlexGap sx={{ alignItems: "center", flexWrap: "wrap" }}>
            <TextField
              label={translate("app.proposal.reason")}
              value={reason}
              onChange={(event) => setReason(event.target.value)}
              sx={{ flex: 1, minWidth: 220 }}
              slotProps={{ htmlInput: { maxLength: 4000 } }}
            />
            <Button variant="contained" loading={busy} onClick={accept}>
              {translate(isNew ? "app.proposal.accept_new" : "app.proposal.accept_change")}
            </Button>
            <Button
              color="error"
              variant="outlined"
              disabled={busy}
              onClick={() => decide(() => refuseContract(run.id, reason), "app.proposal.refused")}
            >
              {translate("app.proposal.refuse")}
            </Button>
          </Stack>
        </Box>
      )}
    </Section>
  );
}
