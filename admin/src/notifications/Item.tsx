import ErrorIcon from "@mui/icons-material/ErrorOutlined";
import InfoIcon from "@mui/icons-material/InfoOutlined";
import WarningIcon from "@mui/icons-material/WarningAmberOutlined";
import { Box, Stack, Typography } from "@mui/material";
import { Ago } from "../components/Figures.tsx";
import { capital } from "../providers/errors.ts";
import type { Notification } from "./useNotifications.ts";

const LOOK = {
  info: { icon: <InfoIcon fontSize="small" />, colour: "info.main" },
  warning: { icon: <WarningIcon fontSize="small" />, colour: "warning.main" },
  error: { icon: <ErrorIcon fontSize="small" />, colour: "error.main" },
  critical: { icon: <ErrorIcon fontSize="small" />, colour: "error.main" },
} as const;

export function NotificationItem({ notification }: { notification: Notification }) {
  const { severity, title, body, createdAt, readAt } = notification;
  const look = LOOK[severity] ?? LOOK.info;
  return (
    <Stack direction="row" spacing={1.25} sx={{ alignItems: "flex-start", minWidth: 0 }}>
      <Box aria-hidden sx={{ color: look.colour, display: "flex", pt: 0.25 }}>
        {look.icon}
      </Box>
      <Box sx={{ minWidth: 0, whiteSpace: "normal" }}>
        <Typography component="span" sx={{ fontWeight: readAt ? 400 : 650, display: "block" }}>
          {title}
        </Typography>
        {body && (
          <Typography
            component="span"
            variant="body2"
            color="textSecondary"
            sx={{ display: "block", overflowWrap: "anywhere" }}
          >
            {capital(body)}
          </Typography>
        )}
        <Typography component="span" variant="caption" color="textSecondary">
          <Ago at={createdAt} />
        </Typography>
      </Box>
    </Stack>
  );
}
