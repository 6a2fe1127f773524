import { Autocomplete, Button, Chip, FormControlLabel, MenuItem, Switch, TextField } from "@mui/material";
import { useState } from "react";
import { useTranslate } from "react-admin";
import { AskDialog } from "../access/AskDialog.tsx";
import { change, useChange } from "../access/api.ts";
import { FormDialog } from "../access/FormDialog.tsx";
import { useRoleName } from "../access/names.ts";
import { PlainTable } from "../access/PlainTable.tsx";
import { PermissionPicker, PersonPicker } from "../access/pickers.tsx";
import { useCatalog } from "../access/useCatalog.ts";
import { useDatasets } from "../access/useDatasets.ts";
import { type Person, personName, usePeopleById } from "../access/usePeople.ts";
import { Section } from "../components/Section.tsx";
import { useAsked } from "../connectors/useAsked.ts";
import { useMay } from "../layout/useSession.ts";
import { useWebhooks } from "../webhooks/useWebhooks.ts";
import { EVENT_KINDS } from "./kinds.ts";

interface Rule {
  id: string;
  eventKind: string;
  channel: string;
  recipientRole: string | null;
  recipientPermission: string | null;
  recipientUser: string | null;
  webhookId: string | null;
  datasetId: string | null;
  quietMinutes: number;
  enabled: boolean;
}

const RULES = `query NotificationRules {
  notificationRules(first: 200, orderBy: [EVENT_KIND_ASC, PRIMARY_KEY_ASC]) { nodes {
    id eventKind channel recipientRole recipientPermission recipientUser webhookId datasetId quietMinutes enabled
  } }
}`;

const NEW: Rule = {
  id: "",
  eventKind: "run.failed",
  channel: "in_app",
  recipientRole: null,
  recipientPermission: "run.monitor",
  recipientUser: null,
  webhookId: null,
  datasetId: null,
  quietMinutes: 15,
  enabled: true,
};

type Whom = "permission" | "role" | "user";
const whomOf = (rule: Rule): Whom =>
  rule.recipientRole ? "role" : rule.recipientUser ? "user" : "permission";

const NOBODY = { recipientRole: null, recipientPermission: null, recipientUser: null, webhookId: null };
const MAX_QUIET = 10_080;

/** Everything of a rule as the function takes it; `change` alone would leave out what is null. */
const put = ({ id, ...rule }: Rule) =>
  change("putNotificationRule", { ...rule, ...(id ? { ruleId: id } : {}) });

function Recipient({ rule, onChange }: { rule: Rule; onChange: (part: Partial<Rule>) => void }) {
  const translate = useTranslate();
  const roleName = useRoleName();
  const { catalog } = useCatalog();
  const [whom, setWhom] = useState(whomOf(rule));
  const known = usePeopleById([rule.recipientUser]).get(rule.recipientUser ?? "");
  const [person, setPerson] = useState<Person | null>(null);
  return (
    <>
      <TextField
        select
        label={translate("app.ingest.rule.whom")}
        value={whom}
        onChange={(event) => {
          setWhom(event.target.value as Whom);
          onChange(NOBODY);
        }}
      >
        {(["permission", "role", "user"] as const).map((one) => (
          <MenuItem key={one} value={one}>
            {translate(`app.ingest.rule.whom_${one}`)}
          </MenuItem>
        ))}
      </TextField>
      {whom === "permission" && (
        <PermissionPicker
          catalog={catalog}
          value={rule.recipientPermission}
          onChange={(recipientPermission) => onChange({ ...NOBODY, recipientPermission })}
          required
        />
      )}
      {whom === "role" && (
        <TextField
          select
          required
          label={translate("app.access.role")}
          value={rule.recipientRole ?? ""}
          onChange={(event) => onChange({ ...NOBODY, recipientRole: event.target.value })}
        >
          {(catalog?.roles ?? []).map(({ key }) => (
            <MenuItem key={key} value={key}>
              {roleName(key)}
            </MenuItem>
          ))}
        </TextField>
      )}
      {whom === "user" && (
        <PersonPicker
          required
          label={translate("app.ingest.rule.member")}
          value={person ?? known ?? null}
          onChange={(chosen) => {
            setPerson(chosen);
            onChange({ ...NOBODY, recipientUser: chosen?.userId ?? null });
          }}
        />
      )}
    </>
  );
}

function RuleDialog({ rule, onClose }: { rule: Rule; onClose: () => void }) {
  const translate = useTranslate();
  const { datasets } = useDatasets();
  const { webhooks } = useWebhooks();
  const [form, setForm] = useState(rule);
  const set = (part: Partial<Rule>) => setForm((before) => ({ ...before, ...part }));
  const save = useChange(async () => {
    await put(form);
    onClose();
  }, "app.ingest.saved");
  return (
    <FormDialog
      title={translate(rule.id ? "app.ingest.rule.edit" : "app.ingest.rule.add")}
      submit={translate("ra.action.save")}
      problem={save.problem}
      busy={save.busy}
      onSubmit={save.act}
      onClose={onClose}
    >
      <Autocomplete
        freeSolo
        autoSelect
        options={EVENT_KINDS}
        value={form.eventKind}
        onChange={(_event, value) => set({ eventKind: value ?? "" })}
        renderInput={(params) => (
          <TextField
            {...params}
            required
            label={translate("app.ingest.rule.event")}
            helperText={translate(
              `app.ingest.events.${form.eventKind.replace(".", "_").replace("*", "any")}`,
              {
                _: translate("app.ingest.events.other"),
              },
            )}
          />
        )}
      />
      <TextField
        select
        label={translate("app.ingest.rule.channel")}
        value={form.channel}
        onChange={(event) => set({ channel: event.target.value, ...NOBODY })}
      >
        {["in_app", "mail", "webhook"].map((channel) => (
          <MenuItem key={channel} value={channel}>
            {translate(`app.ingest.rule.channels.${channel}`)}
          </MenuItem>
        ))}
      </TextField>
      {form.channel === "webhook" ? (
        <TextField
          select
          required
          label={translate("app.ingest.rule.channels.webhook")}
          value={form.webhookId ?? ""}
          onChange={(event) => set({ ...NOBODY, webhookId: event.target.value })}
        >
          {(webhooks ?? []).map(({ id, title, url }) => (
            <MenuItem key={id} value={id}>
              {title || url}
            </MenuItem>
          ))}
        </TextField>
      ) : (
        <Recipient rule={form} onChange={set} />
      )}
      <TextField
        select
        label={translate("app.ingest.rule.of")}
        value={form.datasetId ?? ""}
        onChange={(event) => set({ datasetId: event.target.value || null })}
        slotProps={{ select: { displayEmpty: true }, inputLabel: { shrink: true } }}
      >
        <MenuItem value="">{translate("app.ingest.rule.of_all")}</MenuItem>
        {datasets.map(({ id, name }) => (
          <MenuItem key={id} value={id}>
            {name}
          </MenuItem>
        ))}
      </TextField>
      <TextField
        type="number"
        required
        label={translate("app.ingest.rule.quiet")}
        helperText={translate("app.ingest.rule.quiet_help")}
        value={form.quietMinutes}
        onChange={(event) => set({ quietMinutes: Number(event.target.value) })}
        slotProps={{ htmlInput: { min: 0, max: MAX_QUIET } }}
      />
      <FormControlLabel
        control={
          <Switch checked={form.enabled} onChange={(event) => set({ enabled: event.target.checked })} />
        }
        label={translate("app.policies.enabled")}
      />
    </FormDialog>
  );
}

/** Who is told of what, over which channel. */
export function Rules() {
  const translate = useTranslate();
  const roleName = useRoleName();
  const mayEdit = useMay("ops.edit");
  const [editing, setEditing] = useState<Rule | null>(null);
  const [removing, setRemoving] = useState<Rule | null>(null);
  const { data } = useAsked<{ notificationRules: { nodes: Rule[] } }>(RULES);
  const rules = data?.notificationRules.nodes;
  const people = usePeopleById((rules ?? []).map(({ recipientUser }) => recipientUser));
  const { webhooks } = useWebhooks();
  const { datasets } = useDatasets();
  const whom = (rule: Rule) => {
    if (rule.recipientRole) return roleName(rule.recipientRole);
    if (rule.recipientUser) return personName(people.get(rule.recipientUser), rule.recipientUser);
    if (rule.webhookId) {
      const webhook = webhooks?.find(({ id }) => id === rule.webhookId);
      return webhook?.title || webhook?.url || "–";
    }
    return translate("app.ingest.rule.holders", { permission: rule.recipientPermission });
  };
  return (
    <Section
      flush
      title={translate("app.ingest.notification.parts.rules")}
      hint={translate("app.ingest.rule.hint")}
      actions={mayEdit && <Button onClick={() => setEditing(NEW)}>{translate("app.ingest.rule.add")}</Button>}
    >
      <PlainTable
        rows={rules}
        keyOf={({ id }) => id}
        empty="app.ingest.rule.none"
        columns={[
          { label: "app.ingest.rule.event", cell: ({ eventKind }) => <code>{eventKind}</code> },
          {
            label: "app.ingest.rule.channel",
            cell: ({ channel }) => translate(`app.ingest.rule.channels.${channel}`),
          },
          { label: "app.ingest.rule.whom", cell: whom },
          {
            label: "app.ingest.rule.of",
            cell: ({ datasetId }) =>
              datasetId
                ? (datasets.find(({ id }) => id === datasetId)?.name ?? "–")
                : translate("app.ingest.rule.of_all"),
          },
          {
            label: "app.ingest.rule.quiet",
            align: "right",
            cell: ({ quietMinutes }) => `${quietMinutes} min`,
          },
          {
            label: "app.policies.enabled",
            cell: ({ enabled }) => (
              <Chip
                label={translate(enabled ? "app.access.yes" : "app.access.no")}
                color={enabled ? "success" : "default"}
              />
            ),
          },
          {
            label: null,
            cell: (rule) =>
              mayEdit && (
                <>
                  <Button onClick={() => setEditing(rule)}>{translate("ra.action.edit")}</Button>
                  <Button color="error" onClick={() => setRemoving(rule)}>
                    {translate("ra.action.remove")}
                  </Button>
                </>
              ),
          },
        ]}
      />
      {editing && <RuleDialog rule={editing} onClose={() => setEditing(null)} />}
      {removing && (
        <AskDialog
          title={translate("app.ingest.rule.remove")}
          text={translate("app.ingest.rule.remove_text")}
          confirm={translate("ra.action.remove")}
          done="app.ingest.removed"
          act={() => change("removeNotificationRule", { ruleId: removing.id })}
          onClose={() => setRemoving(null)}
        />
      )}
    </Section>
  );
}
