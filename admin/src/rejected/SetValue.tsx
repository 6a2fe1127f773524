import { MenuItem, TextField } from "@mui/material";
import { useState } from "react";
import { useTranslate } from "react-admin";
import { FormDialog } from "../access/FormDialog.tsx";
import { useFields } from "../datasets/useFields.ts";

interface Props {
  dataset: string;
  count: number;
  column: string;
  onSet: (field: string, value: string | null) => void;
  onClose: () => void;
}

/** The same value for one field of all chosen rows: what is wrong alike is mended alike. */
export function SetValue({ dataset, count, column, onSet, onClose }: Props) {
  const translate = useTranslate();
  const fields = useFields(dataset);
  const [field, setField] = useState(column);
  const [value, setValue] = useState("");
  return (
    <FormDialog
      title={translate("app.ingest.bench.set_title", { smart_count: count })}
      submit={translate("app.rejected.keep_fix")}
      problem={null}
      busy={false}
      onSubmit={() => onSet(field, value === "" ? null : value)}
      onClose={onClose}
    >
      <TextField
        select
        required
        label={translate("app.ingest.bench.field")}
        value={fields.some(({ name }) => name === field) ? field : ""}
        onChange={(event) => setField(event.target.value)}
      >
        {fields.map(({ name, type }) => (
          <MenuItem key={name} value={name}>
            {name} · {type}
          </MenuItem>
        ))}
      </TextField>
      <TextField
        label={translate("app.ingest.bench.value")}
        helperText={translate("app.ingest.bench.value_help")}
        value={value}
        onChange={(event) => setValue(event.target.value)}
      />
    </FormDialog>
  );
}
