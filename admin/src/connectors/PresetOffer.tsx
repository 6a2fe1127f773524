import { Alert, Button, Link as MuiLink } from "@mui/material";
import { useTranslate } from "react-admin";
import { type Preset, usePresets } from "./presets.ts";

/** The source that belongs to a ready-made connector: a click away. */
export function PresetOffer({ name, onRead }: { name: string; onRead: (preset: Preset) => void }) {
  const translate = useTranslate();
  const preset = usePresets().find((one) => one.name === name);
  if (!preset) return null;
  return (
    <Alert
      severity="info"
      action={
        <Button variant="contained" onClick={() => onRead(preset)}>
          {translate("app.ingest.find.read")}
        </Button>
      }
      sx={{ alignItems: "center" }}
    >
      {preset.title} ·{" "}
      <MuiLink href={preset.documentation} target="_blank" rel="noreferrer" underline="always">
        {translate("app.ingest.connect.documentation")}
      </MuiLink>
    </Alert>
  );
}
