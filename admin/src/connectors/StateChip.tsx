import CheckIcon from "@mui/icons-material/CheckCircleOutlined";
import ErrorIcon from "@mui/icons-material/ErrorOutlined";
import HelpIcon from "@mui/icons-material/HelpOutlineOutlined";
import { Chip } from "@mui/material";
import { useTranslate } from "react-admin";
import type { Connector } from "./types.ts";

const LOOK = {
  ok: { colour: "success", icon: <CheckIcon /> },
  failing: { colour: "error", icon: <ErrorIcon /> },
  unknown: { colour: "default", icon: <HelpIcon /> },
} as const;

export function StateChip({ status }: { status: Connector["status"] }) {
  const translate = useTranslate();
  const look = LOOK[status] ?? LOOK.unknown;
  return (
    <Chip
      icon={look.icon}
      color={look.colour}
      label={translate(`app.ingest.connector.status.${status}`)}
      sx={{ fontWeight: 600 }}
    />
  );
}
