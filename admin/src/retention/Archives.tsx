import { Box, Button, Chip, DialogContentText, TextField, Tooltip, Typography } from "@mui/material";
import { useEffect, useState } from "react";
import { useTranslate } from "react-admin";
import { change, useChange, useForget } from "../access/api.ts";
import { FormDialog } from "../access/FormDialog.tsx";
import { type Column, PlainTable } from "../access/PlainTable.tsx";
import { Bytes, Count } from "../components/Figures.tsx";
import { formatDay } from "../components/format.ts";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { Section } from "../components/Section.tsx";
import { useLanguage } from "../components/useLanguage.ts";
import { useMay } from "../layout/useSession.ts";
import { type Archive, onItsWay, SHOWN_ARCHIVES } from "./useRetention.ts";

const USUAL_DAYS = "7";
const MOST_DAYS = 3650;

function AttachDialog({ archive, onClose }: { archive: Archive; onClose: () => void }) {
  const translate = useTranslate();
  const [days, setDays] = useState(USUAL_DAYS);
  const attach = useChange(async () => {
    await change("attachArchive", { archiveId: archive.id, days: Number(days) });
    onClose();
  }, "app.retention.attach_done");
  return (
    <FormDialog
      title={translate("app.retention.attach_title", { smart_count: Number(archive.rowCount) })}
      submit={translate("app.retention.attach")}
      problem={attach.problem}
      busy={attach.busy}
      onSubmit={attach.act}
      onClose={onClose}
    >
      <DialogContentText>{translate("app.retention.attach_text")}</DialogContentText>
      <TextField
        required
        label={translate("app.retention.attach_days")}
        value={days}
        error={attach.problem?.field === "days"}
        onChange={(event) => setDays(event.target.value)}
        slotProps={{
          htmlInput: { type: "number", inputMode: "numeric", min: 1, max: MOST_DAYS, step: 1 },
        }}
      />
    </FormDialog>
  );
}

function State({ archive }: { archive: Archive }) {
  const translate = useTranslate();
  const locale = useLanguage();
  const { state, attachedUntil, attachError } = archive;
  if (attachError) return <ProblemAlert problem={attachError} />;
  if (onItsWay(archive)) return <Chip color="info" label={translate("app.retention.attaching")} />;
  return (
    <>
      <Chip
        color={state === "attached" ? "info" : "default"}
        label={translate(`app.retention.state.${state}`)}
      />
      {state === "attached" && attachedUntil && (
        <Typography variant="body2" color="textSecondary">
          {translate("app.retention.until", { until: formatDay(locale, new Date(attachedUntil)) })}
        </Typography>
      )}
    </>
  );
}

function Span({ archive: { validToMin, validToMax } }: { archive: Archive }) {
  const locale = useLanguage();
  if (!validToMin || !validToMax) return "–";
  const [from, to] = [validToMin, validToMax].map((at) => formatDay(locale, new Date(at)));
  return from === to ? from : `${from} – ${to}`;
}

/** Where versions lie that left history, and the way back. */
export function Archives({ archives, count }: { archives: Archive[] | undefined; count: number }) {
  const translate = useTranslate();
  const mayEdit = useMay("compliance.edit");
  const [chosen, setChosen] = useState<Archive | null>(null);
  const forget = useForget();
  const coming = archives?.filter(onItsWay).length ?? 0;
  const [waited, setWaited] = useState(0);
  useEffect(() => {
    setWaited(coming);
    // What came back is in history: the preview and the trail tell of it.
    if (coming < waited) void forget();
  }, [coming, waited, forget]);
  const columns: Column<Archive>[] = [
    {
      label: "app.retention.object",
      cell: ({ objectKey }) => (
        <Tooltip title={objectKey}>
          <Box component="code" sx={{ fontSize: "0.8rem" }}>
            …{objectKey.slice(-20)}
          </Box>
        </Tooltip>
      ),
    },
    { label: "app.retention.span", cell: (archive) => <Span archive={archive} /> },
    { label: "app.retention.versions", align: "right", cell: ({ rowCount }) => <Count value={rowCount} /> },
    { label: "app.retention.bytes", align: "right", cell: ({ sizeBytes }) => <Bytes value={sizeBytes} /> },
    { label: "app.erasure.state.label", cell: (archive) => <State archive={archive} /> },
    {
      label: null,
      cell: (archive) =>
        mayEdit && archive.state === "archived" && !onItsWay(archive) ? (
          <Button onClick={() => setChosen(archive)}>{translate("app.retention.attach")}</Button>
        ) : null,
    },
  ];
  return (
    <Section
      flush
      title={translate("app.retention.archives")}
      hint={translate("app.retention.archives_hint")}
    >
      <PlainTable
        rows={archives}
        columns={columns}
        keyOf={({ id }) => id}
        empty="app.retention.no_archives"
      />
      {count > SHOWN_ARCHIVES && (
        <Typography variant="body2" color="textSecondary" sx={{ px: 2, py: 1 }}>
          {translate("app.retention.more_archives")}
        </Typography>
      )}
      {chosen && <AttachDialog archive={chosen} onClose={() => setChosen(null)} />}
    </Section>
  );
}
