import { Button, LinearProgress, Stack, Typography } from "@mui/material";
import { useTranslate } from "react-admin";
import { formatBytes, formatDuration } from "../components/format.ts";
import { useLanguage } from "../components/useLanguage.ts";
import type { Progress } from "../providers/upload.ts";

/** Bytes sent, rate and time left: measured, not guessed. */
export function TransferProgress({ progress, onCancel }: { progress: Progress; onCancel: () => void }) {
  const translate = useTranslate();
  const locale = useLanguage();
  const { sent, total, rate } = progress;
  const done = total > 0 && sent >= total;
  const left = rate > 0 ? formatDuration(locale, Math.max(1, (total - sent) / rate) * 1000) : null;
  return (
    <Stack spacing={1} sx={{ mt: 2 }} role="status">
      <LinearProgress
        variant={done ? "indeterminate" : "determinate"}
        value={total > 0 ? (sent / total) * 100 : 0}
        aria-label={translate("app.upload.progress")}
        sx={{ height: 8, borderRadius: 1 }}
      />
      <Stack direction="row" spacing={2} sx={{ alignItems: "center", justifyContent: "space-between" }}>
        <Typography variant="body2" sx={{ fontVariantNumeric: "tabular-nums" }}>
          {done
            ? translate("app.upload.receiving")
            : `${formatBytes(locale, sent)} / ${formatBytes(locale, total)} · ${formatBytes(locale, rate)}/s`}
          {!done && left && ` · ${translate("app.upload.left", { left })}`}
        </Typography>
        <Button color="error" onClick={onCancel}>
          {translate("ra.action.cancel")}
        </Button>
      </Stack>
    </Stack>
  );
}
