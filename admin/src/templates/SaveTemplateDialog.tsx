import { DialogContentText, TextField } from "@mui/material";
import { useState } from "react";
import { useTranslate } from "react-admin";
import { change, useChange } from "../access/api.ts";
import { FormDialog } from "../access/FormDialog.tsx";
import type { Json } from "../pipelines/draft.ts";

interface Props {
  pipeline: { name: string; title: string; description: string };
  definition: Json;
  onClose: () => void;
}

/** A pipeline's definition as a template of the organization, or its template's next version. */
export function SaveTemplateDialog({ pipeline, definition, onClose }: Props) {
  const translate = useTranslate();
  const [form, setForm] = useState({
    name: pipeline.name,
    title: pipeline.title,
    description: pipeline.description,
    note: "",
  });
  const save = useChange(async () => {
    await change("saveTemplate", { ...form, definition });
    onClose();
  }, "app.template.saved");
  const field = (name: keyof typeof form, label: string, props: object = {}) => (
    <TextField
      label={translate(label)}
      value={form[name]}
      onChange={(event) => setForm({ ...form, [name]: event.target.value })}
      {...props}
    />
  );
  return (
    <FormDialog
      title={translate("app.template.save")}
      submit={translate("ra.action.save")}
      problem={save.problem}
      busy={save.busy}
      onSubmit={save.act}
      onClose={onClose}
    >
      <DialogContentText>{translate("app.template.save_text")}</DialogContentText>
      {field("name", "app.ingest.fields.name", {
        required: true,
        helperText: translate("app.template.name_help"),
        slotProps: { htmlInput: { pattern: "[a-z][a-z0-9_]{0,49}", spellCheck: false } },
      })}
      {field("title", "app.ingest.pipeline.called_title")}
      {field("description", "app.quality.rule.description", { multiline: true, maxRows: 6 })}
      {field("note", "app.quality.rule.note", { helperText: translate("app.quality.rule.note_help") })}
    </FormDialog>
  );
}
