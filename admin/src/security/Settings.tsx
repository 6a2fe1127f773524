import { Box, Button, FormControlLabel, Stack, Switch, TextField, Typography } from "@mui/material";
import { type FormEvent, useState } from "react";
import { useTranslate } from "react-admin";
import { change, type Nodes, useAccess, useChange } from "../access/api.ts";
import { type Duration, durationOf, type Interval, intervalOf, sameDuration } from "../access/duration.ts";
import { DurationField } from "../access/pickers.tsx";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { Section } from "../components/Section.tsx";

const LENGTHS = [
  "sessionLifetime",
  "sessionIdle",
  "reauthentication",
  "maxGrant",
  "maxDelegation",
  "sqlStatementTimeout",
  "sqlIdleTimeout",
  "sqlTransactionTimeout",
] as const;
type Length = (typeof LENGTHS)[number];

type Settings = Record<Length, Interval> & {
  orgId: string;
  requireFactor: boolean;
  fourEyes: boolean;
  sqlConnections: number;
  sqlTempMb: number;
  sqlNetworks: string[];
  updatedAt: string;
};

const PARTS = "{ years months days hours minutes seconds }";
const SETTINGS = `query OrgSecurity {
  orgSecurities(first: 1) { nodes {
    orgId requireFactor fourEyes sqlConnections sqlTempMb sqlNetworks updatedAt
    ${LENGTHS.map((name) => `${name} ${PARTS}`).join(" ")}
  } }
}`;

interface Form {
  lengths: Record<Length, Duration>;
  requireFactor: boolean;
  fourEyes: boolean;
  sqlConnections: string;
  sqlTempMb: string;
  sqlNetworks: string;
}

const formOf = (settings: Settings): Form => ({
  lengths: Object.fromEntries(LENGTHS.map((name) => [name, durationOf(settings[name])])) as Form["lengths"],
  requireFactor: settings.requireFactor,
  fourEyes: settings.fourEyes,
  sqlConnections: String(settings.sqlConnections),
  sqlTempMb: String(settings.sqlTempMb),
  sqlNetworks: settings.sqlNetworks.join("\n"),
});

/** Only what differs: what is not named stays as it is. */
function changesOf(form: Form, before: Form) {
  const changed = LENGTHS.filter((name) => !sameDuration(form.lengths[name], before.lengths[name]));
  const networks = form.sqlNetworks.split(/[\s,;]+/).filter((one) => one !== "");
  return {
    ...Object.fromEntries(changed.map((name) => [name, intervalOf(form.lengths[name])])),
    ...(form.requireFactor === before.requireFactor ? {} : { requireFactor: form.requireFactor }),
    ...(form.fourEyes === before.fourEyes ? {} : { fourEyes: form.fourEyes }),
    ...(form.sqlConnections === before.sqlConnections ? {} : { sqlConnections: Number(form.sqlConnections) }),
    ...(form.sqlTempMb === before.sqlTempMb ? {} : { sqlTempMb: Number(form.sqlTempMb) }),
    ...(form.sqlNetworks === before.sqlNetworks ? {} : { sqlNetworks: networks }),
  };
}

interface FieldsProps {
  form: Form;
  set: (part: Partial<Form>) => void;
}

function Lengths({ names, form, set }: FieldsProps & { names: readonly Length[] }) {
  const translate = useTranslate();
  return names.map((name) => (
    <DurationField
      key={name}
      label={translate(`app.security.setting.${name}`)}
      value={form.lengths[name]}
      onChange={(duration) => set({ lengths: { ...form.lengths, [name]: duration } })}
    />
  ));
}

function Toggle({ name, form, set }: FieldsProps & { name: "requireFactor" | "fourEyes" }) {
  const translate = useTranslate();
  return (
    <Box sx={{ my: 1 }}>
      <FormControlLabel
        control={<Switch checked={form[name]} onChange={(event) => set({ [name]: event.target.checked })} />}
        label={translate(`app.security.setting.${name}`)}
      />
      <Typography variant="body2" color="textSecondary">
        {translate(`app.security.setting.${name}_help`)}
      </Typography>
    </Box>
  );
}

function SqlFields({ form, set }: FieldsProps) {
  const translate = useTranslate();
  return (
    <>
      <Stack direction="row" spacing={2} useFlexGap>
        <TextField
          type="number"
          label={translate("app.security.setting.sqlConnections")}
          value={form.sqlConnections}
          onChange={(event) => set({ sqlConnections: event.target.value })}
          slotProps={{ htmlInput: { min: 1, max: 100 } }}
        />
        <TextField
          type="number"
          label={translate("app.security.setting.sqlTempMb")}
          value={form.sqlTempMb}
          onChange={(event) => set({ sqlTempMb: event.target.value })}
          slotProps={{ htmlInput: { min: 1, max: 1_000_000 } }}
        />
      </Stack>
      <TextField
        multiline
        minRows={2}
        label={translate("app.security.setting.sqlNetworks")}
        helperText={translate("app.security.setting.sqlNetworks_help")}
        value={form.sqlNetworks}
        onChange={(event) => set({ sqlNetworks: event.target.value })}
        slotProps={{ htmlInput: { spellCheck: false } }}
      />
    </>
  );
}

function SettingsForm({ settings }: { settings: Settings }) {
  const translate = useTranslate();
  const before = formOf(settings);
  const [form, setForm] = useState(before);
  const set = (part: Partial<Form>) => setForm((old) => ({ ...old, ...part }));
  const changes = changesOf(form, before);
  const save = useChange(() => change("setOrgSecurity", changes), "app.security.saved");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.act();
  };
  return (
    <Stack component="form" spacing={2} onSubmit={submit}>
      <Box sx={{ display: "grid", gap: 2, gridTemplateColumns: { lg: "1fr 1fr" }, alignItems: "start" }}>
        <Section title={translate("app.security.sessions")}>
          <Toggle name="requireFactor" form={form} set={set} />
          <Lengths names={["sessionLifetime", "sessionIdle", "reauthentication"]} form={form} set={set} />
        </Section>
        <Section title={translate("app.security.grants")}>
          <Toggle name="fourEyes" form={form} set={set} />
          <Lengths names={["maxGrant", "maxDelegation"]} form={form} set={set} />
        </Section>
        <Section title={translate("app.security.sql")} sx={{ gridColumn: { lg: "1 / -1" } }}>
          <SqlFields form={form} set={set} />
          <Lengths
            names={["sqlStatementTimeout", "sqlIdleTimeout", "sqlTransactionTimeout"]}
            form={form}
            set={set}
          />
        </Section>
      </Box>
      {save.problem && <ProblemAlert problem={save.problem} />}
      <Box>
        <Button
          type="submit"
          variant="contained"
          loading={save.busy}
          disabled={Object.keys(changes).length === 0}
        >
          {translate("ra.action.save")}
        </Button>
      </Box>
    </Stack>
  );
}

export function Settings() {
  const { data } = useAccess<{ orgSecurities: Nodes<Settings> }>(SETTINGS);
  const settings = data?.orgSecurities.nodes[0];
  if (!settings) return null;
  return <SettingsForm key={settings.updatedAt} settings={settings} />;
}
