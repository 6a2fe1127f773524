import { FormControlLabel, Switch, Typography } from "@mui/material";
import { useTranslate } from "react-admin";
import { change, useChange } from "../access/api.ts";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { Section } from "../components/Section.tsx";
import { useMay, useSession } from "../layout/useSession.ts";
import { useReasonsRequired } from "./api.ts";

/** Whether the organization asks for a reason with every change by hand. */
export function ReasonsSetting() {
  const translate = useTranslate();
  const id = useSession()?.org?.id;
  const required = useReasonsRequired();
  const mayEdit = useMay("organization.edit");
  const save = useChange(
    (reasonsRequired: boolean) =>
      change("updateOrganization", { id, organizationPatch: { reasonsRequired } }, "organization { id }"),
    "app.security.saved",
  );
  if (required === undefined) return null;
  return (
    <Section title={translate("app.history.reasons")}>
      <FormControlLabel
        control={
          <Switch
            checked={required}
            disabled={!mayEdit || save.busy}
            onChange={(event) => save.act(event.target.checked)}
          />
        }
        label={translate("app.history.reasons_required")}
      />
      <Typography variant="body2" color="textSecondary">
        {translate("app.history.reasons_help")}
      </Typography>
      {save.problem && <ProblemAlert problem={save.problem} />}
    </Section>
  );
}
