import { Tab, Tabs } from "@mui/material";
import type { ComponentType } from "react";
import { Link, useTranslate } from "react-admin";
import { useParams } from "react-router-dom";
import { Gate } from "../access/Gate.tsx";
import { Page } from "../components/Page.tsx";
import { useSession } from "../layout/useSession.ts";
import { Domains } from "./Domains.tsx";
import { General } from "./General.tsx";
import { ApiKeys, ScimTokens } from "./Keys.tsx";
import { AccessLog, SignInLog } from "./Logs.tsx";
import { Providers } from "./Providers.tsx";
import { Settings } from "./Settings.tsx";
import { SqlLogins } from "./SqlLogins.tsx";

interface Room {
  name: string;
  permission: string;
  content: ComponentType;
}

const ROOMS: Room[] = [
  { name: "settings", permission: "organization.security", content: Settings },
  { name: "general", permission: "organization.edit", content: General },
  { name: "providers", permission: "organization.security", content: Providers },
  { name: "domains", permission: "organization.security", content: Domains },
  { name: "scim", permission: "organization.security", content: ScimTokens },
  { name: "keys", permission: "organization.security", content: ApiKeys },
  { name: "sql", permission: "member.security", content: SqlLogins },
  { name: "sign-ins", permission: "audit.view", content: SignInLog },
  { name: "log", permission: "audit.view", content: AccessLog },
];

/** How the organization is kept: limits, ways in, keys, and what happened. */
export default function Security() {
  const translate = useTranslate();
  const { room } = useParams();
  const held = useSession()?.permissions ?? [];
  const open = ROOMS.filter(({ permission }) => held.includes(permission));
  const current = room ? ROOMS.find(({ name }) => name === room) : open[0];
  const title = translate("app.security.title");
  const needed = current ? [current.permission] : [...new Set(ROOMS.map(({ permission }) => permission))];
  const Content = current?.content;
  return (
    <Gate permissions={needed} title={title}>
      <Page title={title} subtitle={translate("app.security.subtitle")}>
        <Tabs
          value={current?.name ?? false}
          variant="scrollable"
          allowScrollButtonsMobile
          aria-label={title}
          sx={{ mb: 2 }}
        >
          {open.map(({ name }) => (
            <Tab
              key={name}
              value={name}
              id={`security-tab-${name}`}
              aria-controls="security-panel"
              label={translate(`app.security.rooms.${name}`)}
              component={Link}
              to={`/security/${name}`}
            />
          ))}
        </Tabs>
        <div role="tabpanel" id="security-panel" aria-labelledby={`security-tab-${current?.name ?? ""}`}>
          {Content && <Content />}
        </div>
      </Page>
    </Gate>
  );
}
