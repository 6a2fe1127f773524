import { TextField } from "@mui/material";
import { useState } from "react";
import { useRedirect, useTranslate } from "react-admin";
import { AskDialog } from "../access/AskDialog.tsx";
import { change, useChange } from "../access/api.ts";
import { FormDialog } from "../access/FormDialog.tsx";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { SpecFields } from "./SpecFields.tsx";
import { putSecret } from "./secret.ts";
import { textsOf, valuesOf } from "./specs.ts";
import type { Connector, Kind } from "./types.ts";

interface Props {
  connector: Connector;
  kind: Kind;
  onClose: () => void;
}

/** A new secret; the connector is tested with it at once, since that is why it is given. */
export function SecretDialog({ connector, kind, onClose }: Props) {
  const translate = useTranslate();
  const [secret, setSecret] = useState<Record<string, string>>({});
  const save = useChange(async () => {
    await putSecret(connector.name, valuesOf(kind.secret, secret).values);
    await change("checkConnector", { name: connector.name });
    onClose();
  }, "app.ingest.connector.secret_kept");
  return (
    <FormDialog
      title={translate("app.ingest.connector.secret_of", { name: connector.name })}
      submit={translate("app.ingest.connector.secret_keep")}
      problem={save.problem}
      busy={save.busy}
      onSubmit={save.act}
      onClose={onClose}
    >
      <SpecFields specs={kind.secret} values={secret} onChange={setSecret} problem={save.problem} secret />
    </FormDialog>
  );
}

/** Settings and name. What decides where the secret goes takes it away, which is said before it happens. */
export function SettingsDialog({ connector, kind, onClose }: Props) {
  const translate = useTranslate();
  const redirect = useRedirect();
  const [name, setName] = useState(connector.name);
  const before = textsOf(connector.settings);
  const [settings, setSettings] = useState(before);
  const moves = Object.entries(kind.settings).some(
    ([field, spec]) => spec.target && (settings[field] ?? "") !== (before[field] ?? ""),
  );
  const save = useChange(async () => {
    const { values, wrong } = valuesOf(kind.settings, settings);
    if (wrong) throw new Error(`${wrong}: ${translate("app.ingest.not_json")}`);
    await change("alterConnector", { name: connector.name, newName: name, settings: values });
    onClose();
    if (name !== connector.name) redirect(`/connectors/${name}`);
  }, "app.ingest.saved");
  return (
    <FormDialog
      wide
      title={translate("app.ingest.connector.settings_of", { name: connector.name })}
      submit={translate("ra.action.save")}
      problem={save.problem}
      busy={save.busy}
      onSubmit={save.act}
      onClose={onClose}
    >
      <TextField
        required
        label={translate("app.ingest.fields.name")}
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <SpecFields specs={kind.settings} values={settings} onChange={setSettings} problem={save.problem} />
      {moves && connector.hasSecret && (
        <ProblemAlert
          severity="warning"
          problem={{
            message: translate("app.ingest.connector.secret_goes"),
            hint: translate("app.ingest.connector.secret_goes_hint"),
          }}
        />
      )}
    </FormDialog>
  );
}

export function RemoveConnector({ connector, onClose }: Omit<Props, "kind">) {
  const translate = useTranslate();
  const redirect = useRedirect();
  return (
    <AskDialog
      title={translate("app.ingest.connector.remove", { name: connector.name })}
      text={translate("app.ingest.connector.remove_text")}
      confirm={translate("ra.action.remove")}
      done="app.ingest.removed"
      act={async () => {
        await change("dropConnector", { name: connector.name });
        redirect("/connectors");
      }}
      onClose={onClose}
    />
  );
}
