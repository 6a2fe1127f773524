import { Box, Paper, Stack, type SxProps, type Theme, Typography } from "@mui/material";
import { type ReactNode, useEffect, useId, useRef, useState } from "react";

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

/** Content wider than its surface scrolls within it: with the keyboard too, but no stop where nothing scrolls. */
function Edges({ children }: { children: ReactNode }) {
  const box = useRef<HTMLDivElement>(null);
  const [scrolls, setScrolls] = useState(false);
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const observer = new ResizeObserver(() => setScrolls(element.scrollWidth > element.clientWidth));
    observer.observe(element);
    for (const child of element.children) observer.observe(child);
    return () => observer.disconnect();
  });
  return (
    // Texts for screen readers alone are placed absolutely: within the surface, or the page would grow by them.
    <Box ref={box} sx={{ overflowX: "auto", position: "relative" }} {...(scrolls ? { tabIndex: 0 } : {})}>
      {children}
    </Box>
  );
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
          useFlexGap
          spacing={1}
          sx={{
            px: 2,
            pt: 1.5,
            pb: flush ? 1 : 0,
            flexWrap: { xs: "wrap", sm: "nowrap" },
            alignItems: "center",
            justifyContent: "space-between",
          }}
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
      {flush ? <Edges>{children}</Edges> : <Box sx={{ p: 2, pt: title ? 1.5 : 2 }}>{children}</Box>}
    </Paper>
  );
}
