import {
  Button,
  Chip,
  Dialog,
  DialogActions,
  DialogContent,
  DialogTitle,
  Link as MuiLink,
} from "@mui/material";
import { useState } from "react";
import { Link, useTranslate } from "react-admin";
import { PlainTable } from "../access/PlainTable.tsx";
import { Count, Moment } from "../components/Figures.tsx";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { Section } from "../components/Section.tsx";
import { problemOf } from "../providers/errors.ts";
import { shortId } from "./names.tsx";
import { Pager } from "./Pager.tsx";
import { ProofPanel } from "./ProofPanel.tsx";
import { PAGE, useDataChanges } from "./useEvents.ts";

const COLOUR = { insert: "success", update: "info", delete: "error" } as const;

/** Statements that made versions of rows; each is a leaf of its own, and has its own proof. */
export function DataChanges() {
  const translate = useTranslate();
  const [page, setPage] = useState(0);
  const [asked, setAsked] = useState<string | null>(null);
  const { changes, names, error } = useDataChanges(page);
  return (
    <Section flush title={translate("app.audit.room.data")} hint={translate("app.audit.data_hint")}>
      {error ? <ProblemAlert problem={problemOf(error)} /> : null}
      <PlainTable
        rows={changes}
        keyOf={({ id }) => id}
        empty="app.audit.none"
        columns={[
          { label: "app.audit.when", cell: ({ at }) => <Moment at={at} /> },
          {
            label: "app.quality.dataset",
            cell: ({ datasetId }) => names.get(datasetId) ?? shortId(datasetId),
          },
          {
            label: "app.audit.what",
            cell: ({ operation }) => (
              <Chip
                color={COLOUR[operation as keyof typeof COLOUR] ?? "default"}
                label={translate(`app.change.${operation}`, { _: operation })}
              />
            ),
          },
          { label: "app.audit.versions", align: "right", cell: ({ rowCount }) => <Count value={rowCount} /> },
          { label: "app.audit.contract", align: "right", cell: ({ contractVersion }) => contractVersion },
          {
            label: "app.ingest.pipeline.load",
            cell: ({ runId }) =>
              runId ? (
                <MuiLink component={Link} to={`/runs/${runId}/show`}>
                  {translate("app.ingest.pipeline.to_load")}
                </MuiLink>
              ) : (
                translate("app.record.by_hand")
              ),
          },
          {
            label: null,
            cell: ({ id }) => (
              <Button onClick={() => setAsked(id)}>{translate("app.audit.proof.short")}</Button>
            ),
          },
        ]}
      />
      <Pager page={page} more={(changes?.length ?? 0) === PAGE} onChange={setPage} />
      {asked && (
        <Dialog open onClose={() => setAsked(null)} fullWidth maxWidth="sm" aria-labelledby="change-proof">
          <DialogTitle id="change-proof">{translate("app.audit.change")}</DialogTitle>
          <DialogContent>
            <ProofPanel kind="change" id={asked} />
          </DialogContent>
          <DialogActions>
            <Button onClick={() => setAsked(null)}>{translate("ra.action.close")}</Button>
          </DialogActions>
        </Dialog>
      )}
    </Section>
  );
}
