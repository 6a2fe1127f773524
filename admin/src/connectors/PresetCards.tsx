import { Box, Card, CardActionArea, Typography } from "@mui/material";
import { useTranslate } from "react-admin";
import { type Preset, usePresets } from "./presets.ts";

/** Well-known APIs, whose pages and cursors are told already. */
export function PresetCards({ onChoose }: { onChoose: (preset: Preset) => void }) {
  const translate = useTranslate();
  const presets = usePresets();
  if (presets.length === 0) return null;
  return (
    <Box component="section">
      <Typography component="h2" variant="h6">
        {translate("app.ingest.connect.presets")}
      </Typography>
      <Typography variant="body2" color="textSecondary" sx={{ mb: 1.5 }}>
        {translate("app.ingest.connect.presets_hint")}
      </Typography>
      <Box sx={{ display: "grid", gap: 1.5, gridTemplateColumns: "repeat(auto-fill, minmax(270px, 1fr))" }}>
        {presets.map((preset) => (
          <Card key={preset.name}>
            <CardActionArea onClick={() => onChoose(preset)} sx={{ height: "100%", p: 2 }}>
              <Typography component="span" sx={{ fontWeight: 600 }}>
                {preset.title}
              </Typography>
            </CardActionArea>
          </Card>
        ))}
      </Box>
    </Box>
  );
}
