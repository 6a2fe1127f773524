import { Box, Paper, Typography } from "@mui/material";
import type { ReactNode } from "react";

/** A row of figures that belong together. */
export function Tiles({ children }: { children: ReactNode }) {
  return (
    <Paper
      component="dl"
      variant="outlined"
      sx={{
        m: 0,
        display: "grid",
        gridTemplateColumns: "repeat(auto-fit, minmax(170px, 1fr))",
        "& > *": { borderLeft: 1, borderColor: "divider" },
        "& > *:first-of-type": { borderLeft: 0 },
      }}
    >
      {children}
    </Paper>
  );
}

export function Tile({ label, children }: { label: string; children: ReactNode }) {
  return (
    <Box sx={{ px: 2, py: 1.5, minWidth: 0 }}>
      <Typography component="dt" variant="body2" color="textSecondary">
        {label}
      </Typography>
      <Typography
        component="dd"
        sx={{ m: 0, mt: 0.25, fontSize: "1.05rem", fontWeight: 600, overflowWrap: "anywhere" }}
      >
        {children}
      </Typography>
    </Box>
  );
}
