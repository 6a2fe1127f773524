import { Box } from "@mui/material";
import { type ReactNode, Suspense } from "react";
import {
  AppBar,
  LoadingIndicator,
  LocalesMenuButton,
  Layout as RaLayout,
  ToggleThemeButton,
} from "react-admin";
import { lazily } from "../components/lazily.ts";
import { ReasonGate } from "../history/ReasonGate.tsx";
import { AccountMenu } from "./AccountMenu.tsx";
import { Brand } from "./Brand.tsx";
import { ErrorPage } from "./ErrorPage.tsx";
import { SideMenu } from "./menu/SideMenu.tsx";
import { OrganizationMenu } from "./OrganizationMenu.tsx";
import { ProofGate } from "./ProofGate.tsx";
import { useDocumentLanguage } from "./useDocumentLanguage.ts";
import { useHeartbeat } from "./useHeartbeat.ts";
import { useMay } from "./useSession.ts";
import { ViewAsBanner } from "./ViewAsBanner.tsx";
import { ZoneButton } from "./ZoneButton.tsx";

const Bell = lazily(() => import("../notifications/Bell.tsx"));

function Toolbar() {
  const member = useMay("organization.view");
  return (
    <>
      {/* A phone has no room for the language's name; it is still read aloud. */}
      <Box
        sx={{
          "& .MuiButton-root": { fontSize: { xs: 0, sm: "inherit" }, minWidth: 0, px: { xs: 0.5, sm: 1.5 } },
          "& .MuiButton-startIcon": { mx: { xs: 0, sm: "-2px 8px" } },
          "& .MuiButton-endIcon": { display: { xs: "none", sm: "inherit" } },
        }}
      >
        <LocalesMenuButton />
      </Box>
      <ToggleThemeButton />
      <ZoneButton />
      {member && (
        <Suspense>
          <Bell />
        </Suspense>
      )}
      <LoadingIndicator />
    </>
  );
}

function TopBar() {
  return (
    <AppBar
      color="inherit"
      elevation={0}
      alwaysOn
      toolbar={<Toolbar />}
      userMenu={<AccountMenu />}
      sx={{ borderBottom: 1, borderColor: "divider", bgcolor: "background.paper" }}
    >
      <Brand />
      <Box sx={{ width: 16 }} />
      <OrganizationMenu />
      <Box sx={{ flex: 1 }} />
    </AppBar>
  );
}

/** On paper the page is alone, and no button can be pressed. */
const PRINTED = {
  "@media print": {
    "& header, & .RaSidebar-root, & nav, & .MuiButton-root, & .MuiIconButton-root": { display: "none" },
    "& .RaLayout-appFrame": { marginTop: 0 },
    // A row or figure is not cut through by the end of a page.
    "& tr, & svg": { breakInside: "avoid" },
  },
} as const;

export function Layout({ children }: { children: ReactNode }) {
  useDocumentLanguage();
  useHeartbeat();
  return (
    <RaLayout appBar={TopBar} appBarAlwaysOn menu={SideMenu} error={ErrorPage} sx={PRINTED}>
      <ViewAsBanner />
      {children}
      <ProofGate />
      <ReasonGate />
    </RaLayout>
  );
}
