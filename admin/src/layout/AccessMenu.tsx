import AuditIcon from "@mui/icons-material/GavelOutlined";
import WhyIcon from "@mui/icons-material/HelpOutlineOutlined";
import InboxIcon from "@mui/icons-material/MarkEmailUnreadOutlined";
import PolicyIcon from "@mui/icons-material/PolicyOutlined";
import SecurityIcon from "@mui/icons-material/SecurityOutlined";
import ShieldIcon from "@mui/icons-material/ShieldOutlined";
import KeyIcon from "@mui/icons-material/VpnKeyOutlined";
import type { ReactNode } from "react";
import { Menu, useTranslate } from "react-admin";
import { useSession } from "./useSession.ts";

interface Entry {
  name: string;
  icon: ReactNode;
  /** Any of these shows it; none named: every member. */
  permissions: string[];
}

const ENTRIES: Entry[] = [
  { name: "roles", icon: <ShieldIcon />, permissions: ["role.view"] },
  { name: "grants", icon: <KeyIcon />, permissions: ["role.share", "audit.view"] },
  { name: "requests", icon: <InboxIcon />, permissions: ["role.approve", "audit.view"] },
  { name: "policies", icon: <PolicyIcon />, permissions: ["role.view"] },
  { name: "why", icon: <WhyIcon />, permissions: [] },
  {
    name: "security",
    icon: <SecurityIcon />,
    permissions: ["organization.security", "member.security", "audit.view"],
  },
  { name: "audit", icon: <AuditIcon />, permissions: ["audit.view"] },
];

/** The rooms where access is administered, for those who may enter them. */
export function AccessMenu() {
  const translate = useTranslate();
  const session = useSession();
  if (!session?.org) return null;
  const open = ENTRIES.filter(
    ({ permissions }) =>
      permissions.length === 0 || permissions.some((one) => session.permissions.includes(one)),
  );
  return (
    <>
      {open.map(({ name, icon }) => (
        <Menu.Item key={name} to={`/${name}`} primaryText={translate(`app.menu.${name}`)} leftIcon={icon} />
      ))}
    </>
  );
}
