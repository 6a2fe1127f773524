import { Box, TableCell } from "@mui/material";

import { useTranslate } from "react-admin";

/** Out of sight, but read aloud. */
const hidden = {
  position: "absolute",
  width: "1px",
  height: "1px",
  overflow: "hidden",
  clip: "rect(0 0 0 0)",
  whiteSpace: "nowrap",
} as const;

/** The heading of a column of buttons: named for screen readers, empty to the eye. */
export function ActionsLabel() {
  const translate = useTranslate();
  return (
    <Box component="span" sx={hidden}>
      {translate("app.actions")}
    </Box>
  );
}

export function ActionsCell() {
  return (
    <TableCell>
      <ActionsLabel />
    </TableCell>
  );
}
