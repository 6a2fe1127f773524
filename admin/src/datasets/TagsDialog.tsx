import { MenuItem, TextField } from "@mui/material";
import { useState } from "react";
import { useTranslate } from "react-admin";
import { change, useChange } from "../access/api.ts";
import { FormDialog } from "../access/FormDialog.tsx";
import { Several } from "../access/pickers.tsx";
import { useDatasets } from "../access/useDatasets.ts";
import { forgetDescriptions } from "../providers/records.ts";
import type { Dataset, Field } from "./types.ts";

const LEVELS = [0, 1, 2, 3, 4];

interface Props {
  dataset: Dataset;
  /** Null: the dataset as a whole. */
  field: Field | null;
  onClose: () => void;
}

/** What policies ask about a dataset or one of its columns. */
export function TagsDialog({ dataset, field, onClose }: Props) {
  const translate = useTranslate();
  const known = useDatasets().tags;
  const [tags, setTags] = useState<string[]>(field ? field.tags : dataset.tags);
  const [sensitivity, setSensitivity] = useState(dataset.sensitivity);
  const save = useChange(async () => {
    await change("setProtection", {
      datasetId: dataset.id,
      ...(field ? { fields: { [field.name]: tags } } : { tags, sensitivity }),
    });
    forgetDescriptions();
    onClose();
  }, "app.protection.saved");
  return (
    <FormDialog
      title={translate("app.protection.edit", { name: field?.name ?? dataset.name })}
      submit={translate("ra.action.save")}
      problem={save.problem}
      busy={save.busy}
      onSubmit={save.act}
      onClose={onClose}
    >
      <Several
        label={translate("app.protection.tags")}
        helperText={translate("app.protection.tags_help")}
        options={known}
        value={tags}
        onChange={setTags}
        free
      />
      {!field && (
        <TextField
          select
          label={translate("app.protection.sensitivity")}
          value={sensitivity}
          onChange={(event) => setSensitivity(Number(event.target.value))}
        >
          {LEVELS.map((level) => (
            <MenuItem key={level} value={level}>
              {translate(`app.protection.level.${level}`)}
            </MenuItem>
          ))}
        </TextField>
      )}
    </FormDialog>
  );
}
