import DownloadIcon from "@mui/icons-material/Download";
import ReplayIcon from "@mui/icons-material/Replay";
import { Alert, Button, Stack, TablePagination } from "@mui/material";
import { useState } from "react";
import { useNotify, useRedirect, useTranslate } from "react-admin";
import { toNumber } from "../components/format.ts";
import { Section } from "../components/Section.tsx";
import { useMay } from "../layout/useSession.ts";
import { problemOf, sentence } from "../providers/errors.ts";
import { download, type Fixes, organizationPath, replayRejected } from "../providers/operations.ts";
import { FixDialog } from "./FixDialog.tsx";
import { ReasonChips } from "./ReasonChips.tsx";
import { RejectedTable } from "./RejectedTable.tsx";
import type { RejectedRow, Run } from "./types.ts";
import { useReasons, useRejected } from "./useRejected.ts";

const PAGE_SIZES = [10, 25, 50, 100];

function useReplay(run: Run) {
  const notify = useNotify();
  const redirect = useRedirect();
  const [busy, setBusy] = useState(false);
  const replay = async (fixes: Fixes | null) => {
    setBusy(true);
    try {
      const id = await replayRejected(run.id, fixes);
      redirect(`/runs/${id}/show`);
    } catch (error) {
      notify(sentence(problemOf(error)), { type: "error" });
      setBusy(false);
    }
  };
  return { busy, replay };
}

/** Rows that were set aside, why, and the way to bring them in after all. */
export function Rejected({ run }: { run: Run }) {
  const translate = useTranslate();
  const notify = useNotify();
  const [page, setPage] = useState({ number: 0, size: PAGE_SIZES[0]! });
  const [fixes, setFixes] = useState<Fixes>({});
  const [fixing, setFixing] = useState<RejectedRow | null>(null);
  const { rows, total, issues } = useRejected(run.id, page.number, page.size);
  const reasons = useReasons(run.id);
  const { busy, replay } = useReplay(run);
  // Replays belong to a finished load: a held or failed one is decided or sent again as a whole.
  const mayFix = useMay("run.execute") && run.status === "succeeded" && run.datasetId !== null;
  const mayExport = useMay("record.export");
  const corrected = Object.keys(fixes).length;
  const exportCsv = () =>
    download(organizationPath(`runs/${run.id}/rejected.csv`), `${run.datasetName}-rejected.csv`).catch(
      (error) => notify(sentence(problemOf(error)), { type: "error" }),
    );
  return (
    <Section
      title={translate("app.rejected.title", { smart_count: toNumber(run.rejectedRows) })}
      hint={translate(mayFix ? "app.rejected.hint_fix" : "app.rejected.hint")}
      actions={
        <Stack direction="row" spacing={1}>
          {mayExport && (
            <Button startIcon={<DownloadIcon />} onClick={exportCsv}>
              {translate("app.rejected.csv")}
            </Button>
          )}
          {mayFix && corrected === 0 && (
            <Button startIcon={<ReplayIcon />} loading={busy} onClick={() => replay(null)}>
              {translate("app.rejected.replay_all")}
            </Button>
          )}
        </Stack>
      }
      flush
    >
      <ReasonChips reasons={reasons} />
      {corrected > 0 && (
        <Alert
          severity="info"
          sx={{ mx: 2, mb: 1, alignItems: "center" }}
          action={
            <Button variant="contained" loading={busy} onClick={() => replay(fixes)}>
              {translate("app.rejected.replay_fixed", { smart_count: corrected })}
            </Button>
          }
        >
          {translate("app.rejected.fixed", { smart_count: corrected })}
        </Alert>
      )}
      <RejectedTable rows={rows} issues={issues} fixes={fixes} onFix={mayFix ? setFixing : null} />
      <TablePagination
        component="div"
        count={total}
        page={page.number}
        rowsPerPage={page.size}
        rowsPerPageOptions={PAGE_SIZES}
        onPageChange={(_event, number) => setPage({ ...page, number })}
        onRowsPerPageChange={(event) => setPage({ number: 0, size: Number(event.target.value) })}
        labelRowsPerPage={translate("ra.navigation.page_rows_per_page")}
        labelDisplayedRows={({ from, to, count }) =>
          translate("ra.navigation.page_range_info", { offsetBegin: from, offsetEnd: to, total: count })
        }
        getItemAriaLabel={(type) => translate(`app.page.${type}`)}
      />
      {fixing && (
        <FixDialog
          row={fixing}
          datasetId={run.datasetId ?? ""}
          issues={issues.get(fixing.line) ?? []}
          fix={fixes[fixing.line]}
          onClose={() => setFixing(null)}
          onSave={(values) => {
            setFixes((before) => ({ ...before, [fixing.line]: values }));
            setFixing(null);
          }}
        />
      )}
    </Section>
  );
}
