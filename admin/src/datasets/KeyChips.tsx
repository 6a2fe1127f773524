import { Chip, Stack, Typography } from "@mui/material";
import { useTranslate } from "react-admin";

/** A dataset's business key, or that it has none. */
export function KeyChips({ fields }: { fields: string[] }) {
  const translate = useTranslate();
  if (fields.length === 0) {
    return (
      <Typography component="span" variant="body2" color="textSecondary">
        {translate("app.dataset.no_key")}
      </Typography>
    );
  }
  return (
    <Stack direction="row" useFlexGap spacing={0.5} sx={{ flexWrap: "wrap" }}>
      {fields.map((field) => (
        <Chip key={field} label={field} sx={{ fontFamily: "monospace" }} />
      ))}
    </Stack>
  );
}
