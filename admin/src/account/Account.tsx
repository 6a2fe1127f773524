import { Box, Tab, Tabs } from "@mui/material";
import { Suspense } from "react";
import { Link, useTranslate } from "react-admin";
import { useParams } from "react-router-dom";
import { lazily } from "../components/lazily.ts";
import { Page } from "../components/Page.tsx";
import { useSession } from "../layout/useSession.ts";

const ROOMS = {
  profile: lazily(() => import("./Profile.tsx")),
  security: lazily(() => import("./Security.tsx")),
  sessions: lazily(() => import("./Sessions.tsx")),
  keys: lazily(() => import("./Keys.tsx")),
  access: lazily(() => import("./Access.tsx")),
};
type Room = keyof typeof ROOMS;
const ALL: Room[] = ["profile", "security", "sessions", "keys", "access"];
/** What belongs to an organization, and so is nothing for operators of the platform. */
const OF_ORGANIZATIONS: Room[] = ["keys", "access"];

const isRoom = (name: string | undefined): name is Room => ALL.some((one) => one === name);

export default function AccountPage() {
  const translate = useTranslate();
  const session = useSession();
  const { room } = useParams();
  const rooms = ALL.filter((one) => session?.org || !OF_ORGANIZATIONS.includes(one));
  const current = isRoom(room) && rooms.includes(room) ? room : "profile";
  const Content = ROOMS[current];
  return (
    <Page title={translate("app.account.title")} subtitle={session?.user.email}>
      <Tabs
        value={current}
        variant="scrollable"
        scrollButtons={false}
        aria-label={translate("app.account.title")}
        sx={{ mb: 2, borderBottom: 1, borderColor: "divider" }}
      >
        {rooms.map((one) => (
          <Tab
            key={one}
            value={one}
            label={translate(`app.account.tab.${one}`)}
            component={Link}
            to={`/account/${one}`}
            id={`account-tab-${one}`}
          />
        ))}
      </Tabs>
      <Box role="tabpanel" aria-labelledby={`account-tab-${current}`}>
        <Suspense fallback={<Box sx={{ minHeight: 240 }} />}>
          <Content />
        </Suspense>
      </Box>
    </Page>
  );
}
