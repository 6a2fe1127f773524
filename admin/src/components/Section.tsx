import { Box, Paper, Stack, type SxProps, type Theme, Typography } from "@mui/material";
import { type ReactNode, useId } from "react";

interface Props {
  title?: ReactNode;
  hint?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  /** Content that brings its own edges, such as a table. */
  flush?: boolean;
  sx?: SxProps<Theme>;
}

/** The surface of a list: a table that brings its own edges. */
export function TableSurface({ children }: { children?: ReactNode }) {
  return <Section flush>{children}</Section>;
}

/** A titled surface. */
export function Section({ title, hint, actions, children, flush = false, sx }: Props) {
  const id = useId();
  return (
    <Paper
      component="section"
      variant="outlined"
      {...(title ? { "aria-labelledby": id } : {})}
      sx={{ overflow: "hidden", ...sx }}
    >
      {title && (
        <Stack
          direction="row"
          spacing={1}
          sx={{ px: 2, pt: 1.5, pb: flush ? 1 : 0, alignItems: "center", justifyContent: "space-between" }}
        >
          <Box>
            <Typography id={id} variant="h6" component="h2">
              {title}
            </Typography>
            {hint && (
              <Typography variant="body2" color="textSecondary">
                {hint}
              </Typography>
            )}
          </Box>
          {actions}
        </Stack>
      )}
      <Box sx={flush ? { overflowX: "auto" } : { p: 2, pt: title ? 1.5 : 2 }}>{children}</Box>
    </Paper>
  );
}
