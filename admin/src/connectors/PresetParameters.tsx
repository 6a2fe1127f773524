import { Box, TextField } from "@mui/material";
import { capital } from "../providers/errors.ts";
import type { Preset } from "./presets.ts";
import type { Texts } from "./specs.ts";

interface Props {
  preset: Preset;
  names: string[];
  values: Texts;
  onChange: (values: Texts) => void;
}

/** What a preset does not know: the owner, the dataset, the indicator. */
export function Parameters({ preset, names, values, onChange }: Props) {
  if (names.length === 0) return null;
  return (
    <Box sx={{ display: "grid", columnGap: 2, gridTemplateColumns: { sm: "1fr 1fr" } }}>
      {names.map((name) => (
        <TextField
          key={name}
          required
          label={capital(name)}
          helperText={preset.parameters[name]}
          value={values[name] ?? ""}
          onChange={(event) => onChange({ ...values, [name]: event.target.value })}
          slotProps={{ htmlInput: { pattern: "[A-Za-z0-9._\\-]{1,200}", spellCheck: false } }}
        />
      ))}
    </Box>
  );
}
