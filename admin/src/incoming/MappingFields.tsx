import { Box, FormControlLabel, Switch, TextField, Typography } from "@mui/material";
import { useTranslate } from "react-admin";
import { useColumns, useDatasets } from "../access/useDatasets.ts";

interface Props {
  dataset: string;
  mapping: Record<string, string> | null;
  onChange: (mapping: Record<string, string> | null) => void;
}

/** Where in an event each field of the dataset is; or the event's own names. */
export function MappingFields({ dataset, mapping, onChange }: Props) {
  const translate = useTranslate();
  const { datasets } = useDatasets();
  const columns = useColumns(datasets.find(({ name }) => name === dataset)?.id ?? null);
  return (
    <Box sx={{ my: 1 }}>
      <FormControlLabel
        control={
          <Switch
            checked={mapping !== null}
            disabled={columns.length === 0}
            onChange={(event) =>
              onChange(
                event.target.checked ? Object.fromEntries(columns.map(({ name }) => [name, name])) : null,
              )
            }
          />
        }
        label={translate("app.incoming.map")}
      />
      <Typography variant="body2" color="textSecondary">
        {translate(mapping ? "app.incoming.map_help" : "app.incoming.map_off")}
      </Typography>
      {mapping && (
        <Box sx={{ display: "grid", gap: 1.5, gridTemplateColumns: { sm: "1fr 1fr" }, mt: 1.5 }}>
          {columns.map(({ name, type }) => (
            <TextField
              key={name}
              margin="none"
              label={`${name} · ${type}`}
              value={mapping[name] ?? ""}
              onChange={(event) => onChange({ ...mapping, [name]: event.target.value })}
              slotProps={{
                inputLabel: { shrink: true },
                htmlInput: { spellCheck: false, style: { fontFamily: "monospace" } },
              }}
            />
          ))}
        </Box>
      )}
    </Box>
  );
}
