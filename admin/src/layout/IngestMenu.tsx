import PipelineIcon from "@mui/icons-material/AccountTreeOutlined";
import CableIcon from "@mui/icons-material/CableOutlined";
import CalendarIcon from "@mui/icons-material/CalendarMonthOutlined";
import QualityIcon from "@mui/icons-material/FactCheckOutlined";
import BellIcon from "@mui/icons-material/NotificationsOutlined";
import IncidentIcon from "@mui/icons-material/ReportProblemOutlined";
import RuleIcon from "@mui/icons-material/RuleOutlined";
import StreamIcon from "@mui/icons-material/StreamOutlined";
import type { ReactNode } from "react";
import { Menu, useTranslate } from "react-admin";
import { useSession } from "./useSession.ts";

interface Entry {
  name: string;
  icon: ReactNode;
  permission: string;
}

const ENTRIES: Entry[] = [
  { name: "connectors", icon: <CableIcon />, permission: "connector.view" },
  { name: "pipelines", icon: <PipelineIcon />, permission: "pipeline.view" },
  { name: "schedules", icon: <CalendarIcon />, permission: "pipeline.view" },
  { name: "streams", icon: <StreamIcon />, permission: "run.view" },
  { name: "rejected", icon: <RuleIcon />, permission: "run.view" },
  { name: "quality", icon: <QualityIcon />, permission: "quality.view" },
  { name: "incidents", icon: <IncidentIcon />, permission: "quality.view" },
  { name: "notifications", icon: <BellIcon />, permission: "organization.view" },
];

/** The rooms of where data comes from and how good it is, for those who may enter them. */
export function IngestMenu() {
  const translate = useTranslate();
  const held = useSession()?.permissions ?? [];
  return (
    <>
      {ENTRIES.filter(({ permission }) => held.includes(permission)).map(({ name, icon }) => (
        <Menu.Item key={name} to={`/${name}`} primaryText={translate(`app.menu.${name}`)} leftIcon={icon} />
      ))}
    </>
  );
}
