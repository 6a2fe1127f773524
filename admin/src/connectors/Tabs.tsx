import { Tab, Tabs } from "@mui/material";
import type { ReactNode } from "react";
import { Link, useTranslate } from "react-admin";
import { useSession } from "../layout/useSession.ts";

const ROOMS = [
  { name: "connectors", permission: "connector.view" },
  { name: "sources", permission: "datasource.view" },
  { name: "incoming", permission: "connector.view" },
] as const;

interface Props {
  current: (typeof ROOMS)[number]["name"];
  children: ReactNode;
}

/** Servers, and what of them is read: two lists of one room. */
export function ConnectorTabs({ current, children }: Props) {
  const translate = useTranslate();
  const held = useSession()?.permissions ?? [];
  return (
    <>
      <Tabs value={current} aria-label={translate("app.menu.connectors")} sx={{ mb: 2 }}>
        {ROOMS.filter(({ permission }) => held.includes(permission)).map(({ name }) => (
          <Tab
            key={name}
            value={name}
            id={`connectors-tab-${name}`}
            aria-controls="connectors-panel"
            component={Link}
            to={`/${name}`}
            label={translate(`app.ingest.rooms.${name}`)}
          />
        ))}
      </Tabs>
      <div role="tabpanel" id="connectors-panel" aria-labelledby={`connectors-tab-${current}`}>
        {children}
      </div>
    </>
  );
}
