/** What the menu offers, and to whom. A group whose rooms are all closed to somebody is not there for them. */
import PipelineIcon from "@mui/icons-material/AccountTreeOutlined";
import RetentionIcon from "@mui/icons-material/AutoDeleteOutlined";
import CableIcon from "@mui/icons-material/CableOutlined";
import CalendarIcon from "@mui/icons-material/CalendarMonthOutlined";
import CloudUploadIcon from "@mui/icons-material/CloudUploadOutlined";
import BackfillIcon from "@mui/icons-material/EventRepeatOutlined";
import QualityIcon from "@mui/icons-material/FactCheckOutlined";
import AuditIcon from "@mui/icons-material/GavelOutlined";
import GroupIcon from "@mui/icons-material/GroupOutlined";
import WhyIcon from "@mui/icons-material/HelpOutlineOutlined";
import HoldIcon from "@mui/icons-material/LockOutlined";
import MailIcon from "@mui/icons-material/MailOutlined";
import HistoryIcon from "@mui/icons-material/ManageHistoryOutlined";
import InboxIcon from "@mui/icons-material/MarkEmailUnreadOutlined";
import BellIcon from "@mui/icons-material/NotificationsOutlined";
import ErasureIcon from "@mui/icons-material/PersonRemoveOutlined";
import PolicyIcon from "@mui/icons-material/PolicyOutlined";
import IncidentIcon from "@mui/icons-material/ReportProblemOutlined";
import RuleIcon from "@mui/icons-material/RuleOutlined";
import SecurityIcon from "@mui/icons-material/SecurityOutlined";
import ShieldIcon from "@mui/icons-material/ShieldOutlined";
import LimitsIcon from "@mui/icons-material/SpeedOutlined";
import StreamIcon from "@mui/icons-material/StreamOutlined";
import TableIcon from "@mui/icons-material/TableChartOutlined";
import FreshIcon from "@mui/icons-material/UpdateOutlined";
import KeyIcon from "@mui/icons-material/VpnKeyOutlined";
import type { ReactNode } from "react";
import type { Session } from "../../providers/session.ts";

export interface Entry {
  /** Also its address and, under app.menu, its text. */
  name: string;
  icon: ReactNode;
  /** Any of these shows it; none named: every member of the organization. */
  permissions: readonly string[];
  /** Beginnings of other addresses that belong to this room. */
  also?: readonly string[];
}

export interface Group {
  name: string;
  entries: readonly Entry[];
}

const GROUPS: readonly Group[] = [
  {
    name: "data",
    entries: [
      // Whoever has a grant on a single dataset finds it there; who has none finds an empty room.
      {
        name: "datasets",
        icon: <TableIcon />,
        permissions: [],
        also: ["/records", "/history", "/lineage"],
      },
      { name: "runs", icon: <HistoryIcon />, permissions: ["run.view"] },
      { name: "upload", icon: <CloudUploadIcon />, permissions: ["run.execute"] },
      { name: "rejected", icon: <RuleIcon />, permissions: ["run.view"] },
    ],
  },
  {
    name: "ingest",
    entries: [
      {
        name: "connectors",
        icon: <CableIcon />,
        permissions: ["connector.view"],
        also: ["/connect", "/sources", "/incoming"],
      },
      {
        name: "pipelines",
        icon: <PipelineIcon />,
        permissions: ["pipeline.view"],
        also: ["/new-pipeline", "/templates"],
      },
      { name: "schedules", icon: <CalendarIcon />, permissions: ["pipeline.view"] },
      { name: "backfills", icon: <BackfillIcon />, permissions: ["datasource.view", "pipeline.view"] },
      { name: "streams", icon: <StreamIcon />, permissions: ["run.view"] },
    ],
  },
  {
    name: "trust",
    entries: [
      { name: "quality", icon: <QualityIcon />, permissions: ["quality.view"] },
      { name: "incidents", icon: <IncidentIcon />, permissions: ["quality.view"] },
      { name: "freshness", icon: <FreshIcon />, permissions: ["dataset.view"] },
      { name: "audit", icon: <AuditIcon />, permissions: ["audit.view"] },
    ],
  },
  {
    name: "compliance",
    entries: [
      { name: "retention", icon: <RetentionIcon />, permissions: ["compliance.view"] },
      { name: "holds", icon: <HoldIcon />, permissions: ["compliance.view"] },
      { name: "erasures", icon: <ErasureIcon />, permissions: ["compliance.view"] },
    ],
  },
  {
    name: "access",
    entries: [
      { name: "members", icon: <GroupIcon />, permissions: ["member.view"] },
      { name: "roles", icon: <ShieldIcon />, permissions: ["role.view"] },
      { name: "grants", icon: <KeyIcon />, permissions: ["role.share", "audit.view"] },
      { name: "requests", icon: <InboxIcon />, permissions: ["role.approve", "audit.view"] },
      { name: "policies", icon: <PolicyIcon />, permissions: ["role.view"] },
      { name: "why", icon: <WhyIcon />, permissions: [] },
    ],
  },
  {
    name: "operations",
    entries: [
      {
        name: "notifications",
        icon: <BellIcon />,
        permissions: ["organization.view"],
        also: ["/webhooks"],
      },
      {
        name: "security",
        icon: <SecurityIcon />,
        permissions: ["organization.security", "organization.edit", "member.security", "audit.view"],
      },
      { name: "limits", icon: <LimitsIcon />, permissions: ["pipeline.view"] },
    ],
  },
];

/** Rooms of whoever runs the installation, in an organization or in none. */
const PLATFORM: Group = {
  name: "platform",
  entries: [{ name: "outbox", icon: <MailIcon />, permissions: ["platform.view"] }],
};

/** The groups as this person has them: only rooms that are open, only groups that hold one. */
export function groupsOf(session: Pick<Session, "org" | "permissions"> | null): Group[] {
  if (!session) return [];
  const held = new Set(session.permissions);
  return [...(session.org ? GROUPS : []), PLATFORM]
    .map(({ name, entries }) => ({
      name,
      entries: entries.filter(
        ({ permissions }) => permissions.length === 0 || permissions.some((one) => held.has(one)),
      ),
    }))
    .filter(({ entries }) => entries.length > 0);
}

const within = (path: string, place: string): boolean => path === place || path.startsWith(`${place}/`);

/** Whether a page is this entry's own (page), one of its room (true), or neither. */
export function currentOf(entry: Entry, path: string): "page" | "true" | undefined {
  if (path === `/${entry.name}`) return "page";
  const places = [`/${entry.name}`, ...(entry.also ?? [])];
  return places.some((place) => within(path, place)) ? "true" : undefined;
}
