import { Autocomplete, Box, TextField, Typography } from "@mui/material";
import { usePermissions } from "./usePermissions.ts";

interface Props {
  label: string;
  help?: string;
  options: string[];
  value: string[];
  onChange: (value: string[]) => void;
}

/** Permissions by name, each with its meaning. */
export function PermissionPicker({ label, help, options, value, onChange }: Props) {
  const meanings = usePermissions();
  return (
    <Autocomplete
      multiple
      disableCloseOnSelect
      size="small"
      options={options}
      value={value}
      onChange={(_event, next) => onChange(next)}
      renderOption={({ key, ...props }, permission) => (
        <Box component="li" key={key} {...props}>
          <Box>
            <Box component="code">{permission}</Box>
            <Typography variant="body2" color="textSecondary">
              {meanings[permission]}
            </Typography>
          </Box>
        </Box>
      )}
      renderInput={(params) => <TextField {...params} label={label} helperText={help} />}
    />
  );
}
