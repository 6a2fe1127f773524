import { Autocomplete, Button, Stack, TextField } from "@mui/material";
import { type FormEvent, useState } from "react";
import { useTranslate } from "react-admin";
import { change, type Nodes, useAccess, useChange } from "../access/api.ts";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { Section } from "../components/Section.tsx";
import { visitorsZone } from "../components/zone.ts";
import { useMay, useSession } from "../layout/useSession.ts";

const ZONES = ["UTC", ...Intl.supportedValuesOf("timeZone").filter((zone) => zone !== "UTC")];

function ZoneForm({ id, before }: { id: string; before: string | null }) {
  const translate = useTranslate();
  const mayEdit = useMay("organization.edit");
  const [zone, setZone] = useState(before ?? "");
  const save = useChange(
    () =>
      change(
        "updateOrganization",
        { id, organizationPatch: { timeZone: zone.trim() || null } },
        "organization { id }",
      ),
    "app.security.saved",
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void save.act();
  };
  return (
    <Stack component="form" onSubmit={submit} sx={{ maxWidth: 420 }}>
      {save.problem && <ProblemAlert problem={save.problem} />}
      <Autocomplete
        freeSolo
        options={ZONES}
        inputValue={zone}
        disabled={!mayEdit}
        onInputChange={(_event, typed) => setZone(typed)}
        renderInput={(params) => (
          <TextField
            {...params}
            label={translate("app.zone.label")}
            helperText={translate("app.zone.help", { mine: visitorsZone() })}
            error={save.problem?.field === "timeZone"}
          />
        )}
      />
      {mayEdit && (
        <Button
          type="submit"
          variant="contained"
          loading={save.busy}
          disabled={(zone.trim() || null) === before}
          sx={{ alignSelf: "flex-start", mt: 1 }}
        >
          {translate("ra.action.save")}
        </Button>
      )}
    </Stack>
  );
}

/** In which zone the organization tells moments. */
export function ZoneSetting() {
  const translate = useTranslate();
  const id = useSession()?.org?.id;
  const { data } = useAccess<{ organizations: Nodes<{ timeZone: string | null }> }>(
    `query ZoneSetting($id: UUID!) {
      organizations(first: 1, filter: { id: { equalTo: $id } }) { nodes { timeZone } }
    }`,
    { id },
    { enabled: Boolean(id) },
  );
  const organization = data?.organizations.nodes[0];
  if (!id || !organization) return null;
  return (
    <Section title={translate("app.zone.title")} hint={translate("app.zone.hint")}>
      <ZoneForm key={organization.timeZone} id={id} before={organization.timeZone} />
    </Section>
  );
}
