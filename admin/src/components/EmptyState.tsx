import { Box, Stack, Typography } from "@mui/material";
import type { ReactNode } from "react";

interface Props {
  icon: ReactNode;
  title: string;
  text?: ReactNode;
  action?: ReactNode;
}

/** Nothing here yet: says why, and what to do next. */
export function EmptyState({ icon, title, text, action }: Props) {
  return (
    <Stack spacing={1} sx={{ alignItems: "center", textAlign: "center", px: 2, py: 6 }}>
      <Box sx={{ color: "primary.main", "& svg": { fontSize: 44, opacity: 0.85 } }} aria-hidden>
        {icon}
      </Box>
      <Typography variant="h6" component="p">
        {title}
      </Typography>
      {text && (
        <Typography color="textSecondary" sx={{ maxWidth: 520 }}>
          {text}
        </Typography>
      )}
      {action && <Box sx={{ pt: 1 }}>{action}</Box>}
    </Stack>
  );
}
