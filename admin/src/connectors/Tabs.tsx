import { Tab, Tabs } from "@mui/material";
import { Link, useTranslate } from "react-admin";
import { useSession } from "../layout/useSession.ts";

const ROOMS = [
  { name: "connectors", permission: "connector.view" },
  { name: "sources", permission: "datasource.view" },
] as const;

/** Servers, and what of them is read: two lists of one room. */
export function ConnectorTabs({ current }: { current: (typeof ROOMS)[number]["name"] }) {
  const translate = useTranslate();
  const held = useSession()?.permissions ?? [];
  return (
    <Tabs component="nav" value={current} aria-label={translate("app.menu.connectors")} sx={{ mb: 2 }}>
      {ROOMS.filter(({ permission }) => held.includes(permission)).map(({ name }) => (
        <Tab
          key={name}
          role="link"
          value={name}
          component={Link}
          to={`/${name}`}
          label={translate(`app.ingest.rooms.${name}`)}
          {...(name === current ? { "aria-current": "page" } : {})}
        />
      ))}
    </Tabs>
  );
}
