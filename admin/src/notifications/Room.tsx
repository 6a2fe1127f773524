import { Tab, Tabs } from "@mui/material";
import type { ReactNode } from "react";
import { Link, useTranslate } from "react-admin";
import { useParams } from "react-router-dom";
import { Gate } from "../access/Gate.tsx";
import { Page } from "../components/Page.tsx";
import { useSession } from "../layout/useSession.ts";
import { Webhooks } from "../webhooks/Webhooks.tsx";
import { Inbox } from "./Inbox.tsx";
import { Rules } from "./Rules.tsx";

interface Part {
  name: string;
  permission: string;
  content: ReactNode;
}

const PARTS: Part[] = [
  { name: "inbox", permission: "organization.view", content: <Inbox /> },
  { name: "rules", permission: "ops.view", content: <Rules /> },
  { name: "webhooks", permission: "ops.view", content: <Webhooks /> },
];

/** What one was told, who is told of what, and which other systems are. */
export default function NotificationRoom() {
  const translate = useTranslate();
  const { room = "inbox" } = useParams();
  const held = useSession()?.permissions ?? [];
  const part = PARTS.find(({ name }) => name === room) ?? PARTS[0]!;
  const title = translate("app.ingest.notification.title");
  return (
    <Gate permissions={[part.permission]} title={title}>
      <Page title={title} subtitle={translate(`app.ingest.notification.subtitle_${part.name}`)}>
        <Tabs value={part.name} aria-label={title} sx={{ mb: 2 }}>
          {PARTS.filter(({ permission }) => held.includes(permission)).map(({ name }) => (
            <Tab
              key={name}
              id={`notifications-tab-${name}`}
              aria-controls="notifications-panel"
              value={name}
              component={Link}
              to={name === "inbox" ? "/notifications" : `/notifications/${name}`}
              label={translate(`app.ingest.notification.parts.${name}`)}
            />
          ))}
        </Tabs>
        <div role="tabpanel" id="notifications-panel" aria-labelledby={`notifications-tab-${part.name}`}>
          {part.content}
        </div>
      </Page>
    </Gate>
  );
}
