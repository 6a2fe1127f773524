import { MenuItem, TextField } from "@mui/material";
import { useState } from "react";
import { useTranslate } from "react-admin";
import { useChange } from "../access/api.ts";
import { FormDialog } from "../access/FormDialog.tsx";
import { useDatasets } from "../access/useDatasets.ts";
import { MappingFields } from "./MappingFields.tsx";
import { type Chosen, type Incoming, type Made, putIncoming, SCHEMES, type Scheme } from "./useIncoming.ts";

const NEW: Chosen = {
  title: "",
  dataset: "",
  scheme: "standard",
  recordPath: "",
  mapping: null,
  keyPath: null,
};

const chosenOf = ({ title, dataset, scheme, recordPath, mapping, keyPath }: Incoming): Chosen => ({
  title,
  dataset: dataset?.name ?? "",
  scheme,
  recordPath,
  mapping,
  keyPath,
});

/** An emptied path means that the field is not in the events. */
const trimmed = (mapping: Chosen["mapping"]): Chosen["mapping"] =>
  mapping &&
  Object.fromEntries(
    Object.entries(mapping)
      .map(([field, path]) => [field, path.trim()] as const)
      .filter(([, path]) => path !== ""),
  );

interface FieldsProps {
  form: Chosen;
  set: (part: Partial<Chosen>) => void;
}

function WhatFields({ form, set }: FieldsProps) {
  const translate = useTranslate();
  const { datasets } = useDatasets();
  return (
    <>
      <TextField
        label={translate("app.incoming.called")}
        value={form.title}
        onChange={(event) => set({ title: event.target.value })}
      />
      <TextField
        select
        required
        label={translate("app.incoming.dataset")}
        value={datasets.some(({ name }) => name === form.dataset) ? form.dataset : ""}
        // Another dataset has other fields.
        onChange={(event) => set({ dataset: event.target.value, mapping: null })}
      >
        {datasets.map(({ name }) => (
          <MenuItem key={name} value={name}>
            {name}
          </MenuItem>
        ))}
      </TextField>
      <TextField
        select
        required
        label={translate("app.incoming.scheme")}
        helperText={translate(`app.incoming.schemes.${form.scheme}_text`)}
        value={form.scheme}
        onChange={(event) => set({ scheme: event.target.value as Scheme })}
      >
        {SCHEMES.map((scheme) => (
          <MenuItem key={scheme} value={scheme}>
            {translate(`app.incoming.schemes.${scheme}`)}
          </MenuItem>
        ))}
      </TextField>
    </>
  );
}

function PathFields({ form, set }: FieldsProps) {
  const translate = useTranslate();
  const mono = { htmlInput: { spellCheck: false, style: { fontFamily: "monospace" } } };
  return (
    <>
      <TextField
        label={translate("app.incoming.record_path")}
        helperText={translate("app.incoming.record_path_help")}
        value={form.recordPath}
        onChange={(event) => set({ recordPath: event.target.value })}
        slotProps={mono}
      />
      <MappingFields dataset={form.dataset} mapping={form.mapping} onChange={(mapping) => set({ mapping })} />
      <TextField
        label={translate("app.incoming.key_path")}
        helperText={translate("app.incoming.key_path_help")}
        value={form.keyPath ?? ""}
        onChange={(event) => set({ keyPath: event.target.value || null })}
        slotProps={mono}
      />
    </>
  );
}

interface Props {
  webhook: Incoming | null;
  onClose: () => void;
  onKept: (made: Made) => void;
}

/** Makes a webhook, or changes one. */
export function IncomingDialog({ webhook, onClose, onKept }: Props) {
  const translate = useTranslate();
  const [form, setForm] = useState(webhook ? chosenOf(webhook) : NEW);
  const [secret, setSecret] = useState("");
  const set = (part: Partial<Chosen>) => setForm((before) => ({ ...before, ...part }));
  const save = useChange(async () => {
    const body = { ...form, mapping: trimmed(form.mapping), ...(secret ? { secret } : {}) };
    onKept(await putIncoming(webhook?.id ?? null, body));
  }, "app.ingest.saved");
  return (
    <FormDialog
      wide
      title={translate(webhook ? "app.incoming.edit" : "app.incoming.add")}
      submit={translate("ra.action.save")}
      problem={save.problem}
      busy={save.busy}
      onSubmit={save.act}
      onClose={onClose}
    >
      <WhatFields form={form} set={set} />
      <PathFields form={form} set={set} />
      <TextField
        type="password"
        autoComplete="new-password"
        label={translate("app.incoming.own_secret")}
        helperText={translate(webhook ? "app.incoming.own_secret_stays" : "app.incoming.own_secret_help")}
        value={secret}
        onChange={(event) => setSecret(event.target.value)}
        slotProps={{ htmlInput: { minLength: 16, maxLength: 500 } }}
      />
    </FormDialog>
  );
}
