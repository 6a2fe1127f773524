import { Alert, FormControlLabel, Switch, Typography } from "@mui/material";
import { useTranslate } from "react-admin";
import { change, useChange } from "../access/api.ts";
import { Moment } from "../components/Figures.tsx";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { Section } from "../components/Section.tsx";
import { useMay, useSession } from "../layout/useSession.ts";
import { useApproval } from "./useErasures.ts";

/** Whether another person has to approve an erasure before it runs. */
export function ApprovalSetting() {
  const translate = useTranslate();
  const id = useSession()?.org?.id;
  const approval = useApproval();
  const mayEdit = useMay("organization.edit");
  const save = useChange(
    (erasuresApproved: boolean) =>
      change("updateOrganization", { id, organizationPatch: { erasuresApproved } }, "organization { id }"),
    "app.security.saved",
  );
  if (approval === undefined) return null;
  return (
    <Section title={translate("app.erasure.setting")}>
      <FormControlLabel
        control={
          <Switch
            checked={approval.on}
            disabled={!mayEdit || save.busy}
            onChange={(event) => save.act(event.target.checked)}
          />
        }
        label={translate("app.erasure.setting_on")}
      />
      <Typography variant="body2" color="textSecondary">
        {translate("app.erasure.setting_help")}
      </Typography>
      {!approval.on && approval.until && (
        <Alert severity="info" sx={{ mt: 1 }}>
          {translate("app.erasure.setting_until")} <Moment at={approval.until} />.
        </Alert>
      )}
      {save.problem && <ProblemAlert problem={save.problem} />}
    </Section>
  );
}
