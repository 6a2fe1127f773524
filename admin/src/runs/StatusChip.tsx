import BlockIcon from "@mui/icons-material/Block";
import CheckIcon from "@mui/icons-material/CheckCircleOutlined";
import CopyIcon from "@mui/icons-material/ContentCopyOutlined";
import ErrorIcon from "@mui/icons-material/ErrorOutlined";
import HourglassIcon from "@mui/icons-material/HourglassEmpty";
import PauseIcon from "@mui/icons-material/PauseCircleOutlined";
import ScheduleIcon from "@mui/icons-material/Schedule";
import SyncIcon from "@mui/icons-material/Sync";
import { Chip } from "@mui/material";
import type { ReactElement } from "react";
import { useTranslate } from "react-admin";

type Colour = "default" | "primary" | "success" | "warning" | "error" | "info";

const LOOK: Record<string, { colour: Colour; icon: ReactElement }> = {
  queued: { colour: "default", icon: <ScheduleIcon /> },
  running: { colour: "info", icon: <SyncIcon /> },
  waiting: { colour: "warning", icon: <HourglassIcon /> },
  submitted: { colour: "success", icon: <CheckIcon /> },
  paused: { colour: "warning", icon: <PauseIcon /> },
  held: { colour: "warning", icon: <PauseIcon /> },
  succeeded: { colour: "success", icon: <CheckIcon /> },
  failed: { colour: "error", icon: <ErrorIcon /> },
  cancelled: { colour: "default", icon: <BlockIcon /> },
  duplicate: { colour: "default", icon: <CopyIcon /> },
};

export function StatusChip({ status }: { status: string }) {
  const translate = useTranslate();
  const look = LOOK[status] ?? LOOK.queued!;
  return (
    <Chip
      icon={look.icon}
      color={look.colour}
      label={translate(`app.run.status.${status}`, { _: status })}
      sx={{ fontWeight: 600 }}
    />
  );
}
