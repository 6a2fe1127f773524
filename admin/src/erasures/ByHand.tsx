import { Autocomplete, Button, MenuItem, Stack, TextField } from "@mui/material";
import { type FormEvent, useState } from "react";
import { useTranslate } from "react-admin";
import { type NamedDataset, useColumns, useDatasets } from "../access/useDatasets.ts";
import type { Place } from "./useErasures.ts";

/** A field and value of the person's that only archives or files may still have. */
export function ByHand({ onAdd }: { onAdd: (place: Place) => void }) {
  const translate = useTranslate();
  const word = (key: string) => translate(`app.erasure.${key}`);
  const { datasets } = useDatasets();
  const [dataset, setDataset] = useState<NamedDataset | null>(null);
  const [field, setField] = useState("");
  const [value, setValue] = useState("");
  const fields = useColumns(dataset?.id ?? null);
  const add = (event: FormEvent) => {
    event.preventDefault();
    if (!dataset || !field || !value.trim()) return;
    onAdd({ dataset: dataset.name, field, value: value.trim(), isKey: false, rows: 0, versions: 0 });
    setValue("");
  };
  return (
    <Stack
      component="form"
      aria-label={word("by_hand")}
      onSubmit={add}
      direction={{ xs: "column", md: "row" }}
      spacing={1}
      useFlexGap
      sx={{ alignItems: { md: "center" } }}
    >
      <Autocomplete
        options={datasets}
        value={dataset}
        getOptionLabel={({ name }) => name}
        isOptionEqualToValue={(a, b) => a.id === b.id}
        onChange={(_event, chosen) => {
          setDataset(chosen);
          setField("");
        }}
        sx={{ flex: 1 }}
        renderInput={(params) => <TextField {...params} required margin="none" label={word("dataset")} />}
      />
      <TextField
        select
        required
        margin="none"
        label={word("field")}
        value={fields.some(({ name }) => name === field) ? field : ""}
        disabled={!dataset}
        onChange={(event) => setField(event.target.value)}
        sx={{ flex: 1 }}
      >
        {fields.map(({ name }) => (
          <MenuItem key={name} value={name}>
            {name}
          </MenuItem>
        ))}
      </TextField>
      <TextField
        required
        margin="none"
        label={word("its_value")}
        value={value}
        autoComplete="off"
        onChange={(event) => setValue(event.target.value)}
        sx={{ flex: 1 }}
      />
      <Button type="submit" variant="outlined">
        {word("add")}
      </Button>
    </Stack>
  );
}
