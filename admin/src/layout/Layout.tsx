import CloudUploadIcon from "@mui/icons-material/CloudUploadOutlined";
import GroupIcon from "@mui/icons-material/GroupOutlined";
import MailIcon from "@mui/icons-material/MailOutlined";
import HistoryIcon from "@mui/icons-material/ManageHistoryOutlined";
import HomeIcon from "@mui/icons-material/SpaceDashboardOutlined";
import TableIcon from "@mui/icons-material/TableChartOutlined";
import { Box } from "@mui/material";
import { lazy, type ReactNode, Suspense } from "react";
import {
  AppBar,
  LoadingIndicator,
  LocalesMenuButton,
  Menu,
  Layout as RaLayout,
  ToggleThemeButton,
  useTranslate,
} from "react-admin";
import { ReasonGate } from "../history/ReasonGate.tsx";
import { AccessMenu } from "./AccessMenu.tsx";
import { AccountMenu } from "./AccountMenu.tsx";
import { Brand } from "./Brand.tsx";
import { ErrorPage } from "./ErrorPage.tsx";
import { IngestMenu } from "./IngestMenu.tsx";
import { OrganizationMenu } from "./OrganizationMenu.tsx";
import { ProofGate } from "./ProofGate.tsx";
import { useDocumentLanguage } from "./useDocumentLanguage.ts";
import { useHeartbeat } from "./useHeartbeat.ts";
import { useMay, useSession } from "./useSession.ts";
import { ViewAsBanner } from "./ViewAsBanner.tsx";

const Bell = lazy(() => import("../notifications/Bell.tsx"));

function Toolbar() {
  const member = useMay("organization.view");
  return (
    <>
      <LocalesMenuButton />
      <ToggleThemeButton />
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

function SideMenu() {
  const translate = useTranslate();
  const mayUpload = useMay("run.execute");
  const maySeeRuns = useMay("run.view");
  // Whoever has a grant on a single dataset finds it there; who has none finds an empty room.
  const maySeeData = useSession()?.org != null;
  const maySeeMembers = useMay("member.view");
  const mayOperate = useMay("platform.view");
  return (
    <Menu sx={{ pt: 1.5 }} aria-label={translate("app.menu.label")}>
      <Menu.Item to="/" primaryText={translate("app.menu.home")} leftIcon={<HomeIcon />} />
      {maySeeData && (
        <Menu.Item to="/datasets" primaryText={translate("app.menu.datasets")} leftIcon={<TableIcon />} />
      )}
      {maySeeRuns && (
        <Menu.Item to="/runs" primaryText={translate("app.menu.runs")} leftIcon={<HistoryIcon />} />
      )}
      {mayUpload && (
        <Menu.Item to="/upload" primaryText={translate("app.menu.upload")} leftIcon={<CloudUploadIcon />} />
      )}
      <IngestMenu />
      {maySeeMembers && (
        <Menu.Item to="/members" primaryText={translate("app.menu.members")} leftIcon={<GroupIcon />} />
      )}
      <AccessMenu />
      {mayOperate && (
        <Menu.Item to="/outbox" primaryText={translate("app.outbox.title")} leftIcon={<MailIcon />} />
      )}
    </Menu>
  );
}

export function Layout({ children }: { children: ReactNode }) {
  useDocumentLanguage();
  useHeartbeat();
  return (
    <RaLayout appBar={TopBar} appBarAlwaysOn menu={SideMenu} error={ErrorPage}>
      <ViewAsBanner />
      {children}
      <ProofGate />
      <ReasonGate />
    </RaLayout>
  );
}
