/** A moment whose versions are archived: brings the archives back into history, then shows it. */
import UnarchiveIcon from "@mui/icons-material/Unarchive";
import { Button } from "@mui/material";
import { useNotify, useRefresh, useTranslate } from "react-admin";
import { useMayOn } from "../access/useMayOn.ts";
import { useAct } from "../account/useAct.ts";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import type { Problem } from "../providers/errors.ts";
import { attachArchives } from "./archives.ts";

/** How long they stay, unless somebody asks again. */
const DAYS = 7;

interface Props {
  problem: Problem;
  datasetId: string;
  /** ISO 8601 */
  moment: string;
}

export function ArchivedProblem({ problem, datasetId, moment }: Props) {
  const translate = useTranslate();
  const notify = useNotify();
  const refresh = useRefresh();
  const may = useMayOn("compliance.edit", datasetId);
  const attach = useAct(async () => {
    const count = await attachArchives(datasetId, moment, DAYS);
    notify("app.history.attached", { messageArgs: { smart_count: count, days: DAYS } });
    refresh();
  });
  return (
    <>
      <ProblemAlert
        severity="info"
        title={translate("app.history.archived")}
        problem={may ? { ...problem, hint: translate("app.history.attach_hint", { days: DAYS }) } : problem}
        action={
          may && (
            <Button startIcon={<UnarchiveIcon />} loading={attach.busy} onClick={() => attach.act()}>
              {translate(attach.busy ? "app.history.attaching" : "app.history.attach")}
            </Button>
          )
        }
      />
      {attach.problem && <ProblemAlert problem={attach.problem} />}
    </>
  );
}
