import { Alert, Box, Typography } from "@mui/material";
import { useTranslate } from "react-admin";
import { BarList } from "../components/charts/BarList.tsx";
import { formatDay, formatNumber } from "../components/format.ts";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { useLanguage } from "../components/useLanguage.ts";
import { problemOf } from "../providers/errors.ts";
import { type Action, type Limits, type Preview, usePreview } from "./useRetention.ts";

const UNITS = {
  day: { dateStyle: "medium" },
  month: { month: "long", year: "numeric" },
  year: { year: "numeric" },
} as const;

/** A span's beginning, told as the date that it is, wherever the reader is. */
function spanName(locale: string, unit: Preview["unit"], from: string): string {
  return new Intl.DateTimeFormat(locale, { ...UNITS[unit], timeZone: "UTC" }).format(
    new Date(`${from}T00:00:00Z`),
  );
}

function Told({ preview, action }: { preview: Preview; action: Action }) {
  const translate = useTranslate();
  const locale = useLanguage();
  const { versions, more, oldest, newest, unit, spans } = preview;
  const day = (at: string | null) => (at ? formatDay(locale, new Date(at)) : "–");
  if (versions === 0) return <Typography>{translate("app.retention.preview_none")}</Typography>;
  return (
    <>
      <Typography sx={{ fontWeight: 600 }}>
        {more
          ? translate("app.retention.preview_more", { count: formatNumber(locale, versions) })
          : translate(`app.retention.preview_${action}`, { smart_count: versions }).replace(
              String(versions),
              formatNumber(locale, versions),
            )}
      </Typography>
      <Typography variant="body2" color="textSecondary" sx={{ mb: 1 }}>
        {day(oldest) === day(newest)
          ? translate("app.retention.preview_on", { day: day(oldest) })
          : translate("app.retention.preview_span", { oldest: day(oldest), newest: day(newest) })}
      </Typography>
      {spans.length > 1 && (
        <Box sx={{ maxHeight: 240, overflowY: "auto" }} {...(spans.length > 8 ? { tabIndex: 0 } : {})}>
          <BarList
            label={translate(`app.retention.preview_by.${unit}`)}
            items={spans.map(({ from, versions: count }) => ({ label: spanName(locale, unit, from), count }))}
          />
        </Box>
      )}
    </>
  );
}

/** What keeps a run from moving some of it, or anything. */
function Spared({ preview: { heldRows, attachedUntil } }: { preview: Preview }) {
  const translate = useTranslate();
  const locale = useLanguage();
  return (
    <>
      {heldRows > 0 && (
        <Alert severity="info" sx={{ mt: 1 }}>
          {translate("app.retention.held_rows", { smart_count: heldRows })}
        </Alert>
      )}
      {attachedUntil && (
        <Alert severity="info" sx={{ mt: 1 }}>
          {translate("app.retention.attached", { until: formatDay(locale, new Date(attachedUntil)) })}
        </Alert>
      )}
    </>
  );
}

interface Props {
  datasetId: string;
  limits: Limits;
  action: Action;
}

/** What a run with this rule would move, were it run now: how many versions, of which days. */
export function PreviewPanel({ datasetId, limits, action }: Props) {
  const translate = useTranslate();
  const { preview, error } = usePreview(datasetId, limits);
  return (
    <Box role="status" sx={{ minHeight: 48 }}>
      {error ? (
        <ProblemAlert problem={problemOf(error)} />
      ) : preview ? (
        <>
          <Told preview={preview} action={action} />
          <Spared preview={preview} />
        </>
      ) : (
        <Typography color="textSecondary">
          {translate(preview === null ? "app.retention.preview_empty" : "app.retention.preview_wait")}
        </Typography>
      )}
    </Box>
  );
}
