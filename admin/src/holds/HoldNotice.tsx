import { Alert, AlertTitle, Box, Button } from "@mui/material";
import { Link, useTranslate } from "react-admin";
import { useActorName, usePeopleById } from "../access/usePeople.ts";
import { formatDay } from "../components/format.ts";
import { useLanguage } from "../components/useLanguage.ts";
import { type Hold, useReleasers } from "./useHolds.ts";

/** What stands against removing: which hold, whose, since when and why, and who may release it. */
export function HoldNotice({ hold }: { hold: Hold }) {
  const translate = useTranslate();
  const locale = useLanguage();
  const actorName = useActorName();
  const people = usePeopleById([hold.placedBy]);
  const roles = useReleasers();
  return (
    <Alert
      severity="warning"
      action={
        <Button component={Link} to="/holds" color="inherit">
          {translate("app.retention.to_holds")}
        </Button>
      }
    >
      <AlertTitle sx={{ fontWeight: 650 }}>{translate("app.retention.held_title")}</AlertTitle>
      <Box sx={{ overflowWrap: "anywhere" }}>
        {translate("app.retention.held_text", {
          what: translate(`app.retention.the_${hold.datasetId ? "dataset" : "organization"}`),
          since: formatDay(locale, new Date(hold.placedAt)),
          who: actorName(people, hold.placedBy),
          reason: hold.reason,
        })}{" "}
        {hold.endsAt &&
          translate("app.retention.held_until", { until: formatDay(locale, new Date(hold.endsAt)) })}
      </Box>
      <Box sx={{ mt: 0.5 }}>{translate("app.retention.held_release", { roles })}</Box>
    </Alert>
  );
}
