import { Autocomplete, DialogContentText, TextField } from "@mui/material";
import { useState } from "react";
import { useRedirect, useTranslate } from "react-admin";
import { change, useChange } from "../access/api.ts";
import { FormDialog } from "../access/FormDialog.tsx";
import { useDatasets } from "../access/useDatasets.ts";
import type { Template } from "./useTemplateList.ts";

/** Makes a pipeline from a template, under a name and into a dataset of one's own. */
export function InstallDialog({ template, onClose }: { template: Template; onClose: () => void }) {
  const translate = useTranslate();
  const redirect = useRedirect();
  const { datasets } = useDatasets();
  const [name, setName] = useState(template.name);
  const [dataset, setDataset] = useState("");
  const install = useChange(async () => {
    await change("installTemplate", { template: template.template, name, dataset: dataset || null });
    redirect(`/pipelines/${name}`);
  }, "app.template.installed_done");
  return (
    <FormDialog
      title={translate("app.template.install_one", { name: template.title || template.name })}
      submit={translate("app.template.install")}
      problem={install.problem}
      busy={install.busy}
      onSubmit={install.act}
      onClose={onClose}
    >
      <DialogContentText>{translate("app.template.install_text")}</DialogContentText>
      <TextField
        required
        label={translate("app.ingest.fields.name")}
        helperText={translate("app.ingest.pipeline.name_help")}
        value={name}
        error={install.problem?.field === "name"}
        onChange={(event) => setName(event.target.value)}
        slotProps={{ htmlInput: { pattern: "[a-z][a-z0-9_]{0,49}", spellCheck: false } }}
      />
      <Autocomplete
        freeSolo
        autoSelect
        options={datasets.map((one) => one.name)}
        value={dataset}
        onChange={(_event, chosen) => setDataset(chosen ?? "")}
        renderInput={(params) => (
          <TextField
            {...params}
            label={translate("app.template.into")}
            helperText={translate("app.template.into_help")}
          />
        )}
      />
    </FormDialog>
  );
}
