import { Box } from "@mui/material";
import { useTranslate } from "react-admin";

/** One side of a difference: what was, or what is. */
export function DiffSide({
  sign,
  text,
  tone,
}: {
  sign: string;
  text: string | null;
  tone: "error" | "success";
}) {
  const translate = useTranslate();
  return (
    <Box
      component={tone === "error" ? "del" : "ins"}
      sx={{
        display: "block",
        textDecoration: "none",
        borderLeft: 3,
        borderColor: `${tone}.main`,
        pl: 1,
        overflowWrap: "anywhere",
        color: text === null ? "text.secondary" : "text.primary",
      }}
    >
      <Box component="span" aria-hidden sx={{ mr: 0.75, color: `${tone}.main`, fontWeight: 700 }}>
        {sign}
      </Box>
      {text ?? translate("app.record.null")}
    </Box>
  );
}
