import { Stack, Tab, Tabs } from "@mui/material";
import { Link, useTranslate } from "react-admin";
import { useParams } from "react-router-dom";
import { Gate } from "../access/Gate.tsx";
import { Page } from "../components/Page.tsx";
import { DataChanges } from "./DataChanges.tsx";
import { Events } from "./Events.tsx";
import { SealingPanel } from "./SealingPanel.tsx";

const ROOMS = ["events", "data"] as const;

/** The trail: what was done, what changed in the data, and how far it is sealed. */
export default function AuditRoom() {
  const translate = useTranslate();
  const { room = "events" } = useParams();
  const current = ROOMS.find((one) => one === room) ?? "events";
  const title = translate("app.audit.title");
  return (
    <Gate permissions={["audit.view"]} title={title}>
      <Page title={title} subtitle={translate("app.audit.subtitle")}>
        <Stack spacing={2}>
          <SealingPanel />
          <Tabs value={current} aria-label={title}>
            {ROOMS.map((one) => (
              <Tab
                key={one}
                value={one}
                id={`audit-tab-${one}`}
                aria-controls="audit-panel"
                component={Link}
                to={one === "events" ? "/audit" : `/audit/${one}`}
                label={translate(`app.audit.room.${one}`)}
              />
            ))}
          </Tabs>
          <div role="tabpanel" id="audit-panel" aria-labelledby={`audit-tab-${current}`}>
            {current === "events" ? <Events /> : <DataChanges />}
          </div>
        </Stack>
      </Page>
    </Gate>
  );
}
