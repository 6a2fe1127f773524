import { Alert, Button, Dialog, DialogActions, DialogContent, DialogTitle, TextField } from "@mui/material";
import { useId, useState } from "react";
import { useTranslate } from "react-admin";
import { useChange } from "../access/api.ts";
import { FormDialog } from "../access/FormDialog.tsx";
import { Several } from "../access/pickers.tsx";
import { useDatasets } from "../access/useDatasets.ts";
import { Secret } from "../account/Secret.tsx";
import { EVENT_KINDS } from "../notifications/kinds.ts";
import { ApiError, readProblem } from "../providers/errors.ts";
import { call, request } from "../providers/http.ts";
import { organizationPath } from "../providers/operations.ts";
import type { Webhook } from "./useWebhooks.ts";

interface Kept {
  id: string;
  secret?: string;
}

const NEW: Omit<Webhook, "active" | "disabledReason" | "failingSince"> = {
  id: "",
  url: "",
  title: "",
  eventKinds: ["run.failed"],
  datasetIds: [],
};

async function put(id: string, body: object): Promise<Kept> {
  if (id === "") return call<Kept>(organizationPath("webhooks"), body);
  const response = await request(organizationPath(`webhooks/${id}`), {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const answer: unknown = await response.json().catch(() => null);
  if (!response.ok) throw new ApiError(readProblem(answer, response.statusText), response.status);
  return answer as Kept;
}

export const rotate = (id: string): Promise<Kept> =>
  call<Kept>(organizationPath(`webhooks/${id}/secret`), {});

interface Props {
  webhook?: Webhook;
  onClose: () => void;
  onKept: (kept: Kept) => void;
}

export function WebhookDialog({ webhook, onClose, onKept }: Props) {
  const translate = useTranslate();
  const { datasets } = useDatasets();
  const [form, setForm] = useState(webhook ?? NEW);
  const set = (part: Partial<typeof NEW>) => setForm((before) => ({ ...before, ...part }));
  const save = useChange(async () => {
    const { url, title, eventKinds, datasetIds } = form;
    onKept(await put(form.id, { url, title, eventKinds, datasetIds }));
  }, "app.ingest.saved");
  return (
    <FormDialog
      title={translate(form.id ? "app.ingest.webhook.edit" : "app.ingest.webhook.add")}
      submit={translate("ra.action.save")}
      problem={save.problem}
      busy={save.busy}
      onSubmit={save.act}
      onClose={onClose}
    >
      <TextField
        label={translate("app.ingest.webhook.called")}
        value={form.title}
        onChange={(event) => set({ title: event.target.value })}
      />
      <TextField
        required
        label={translate("app.ingest.webhook.url")}
        helperText={translate("app.ingest.webhook.url_help")}
        value={form.url}
        error={save.problem?.field === "url"}
        onChange={(event) => set({ url: event.target.value })}
        slotProps={{ htmlInput: { inputMode: "url", spellCheck: false } }}
      />
      <Several
        free
        label={translate("app.ingest.webhook.kinds")}
        helperText={translate("app.ingest.webhook.kinds_help")}
        options={EVENT_KINDS}
        value={form.eventKinds}
        onChange={(eventKinds) => set({ eventKinds })}
      />
      <Several
        label={translate("app.ingest.webhook.datasets")}
        helperText={translate("app.ingest.webhook.datasets_help")}
        options={datasets.map(({ id }) => id)}
        nameOf={(id) => datasets.find((one) => one.id === id)?.name ?? id}
        value={form.datasetIds}
        onChange={(datasetIds) => set({ datasetIds })}
      />
    </FormDialog>
  );
}

/** The secret, this once. */
export function SecretOnce({ secret, onClose }: { secret: string; onClose: () => void }) {
  const translate = useTranslate();
  const id = useId();
  return (
    <Dialog open fullWidth maxWidth="sm" aria-labelledby={id}>
      <DialogTitle id={id}>{translate("app.ingest.webhook.secret")}</DialogTitle>
      <DialogContent>
        <Alert severity="warning" sx={{ mb: 2 }}>
          {translate("app.ingest.webhook.secret_once")}
        </Alert>
        <Secret text={secret} label={translate("app.ingest.webhook.secret")} />
      </DialogContent>
      <DialogActions>
        <Button variant="contained" onClick={onClose}>
          {translate("app.ingest.webhook.secret_kept")}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
