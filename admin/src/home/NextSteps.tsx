import ArrowForwardIcon from "@mui/icons-material/ArrowForward";
import CableIcon from "@mui/icons-material/CableOutlined";
import CheckIcon from "@mui/icons-material/CheckCircleOutlined";
import ErrorIcon from "@mui/icons-material/ErrorOutlined";
import RequestIcon from "@mui/icons-material/MarkEmailUnreadOutlined";
import PauseIcon from "@mui/icons-material/PauseCircleOutlined";
import ErasureIcon from "@mui/icons-material/PersonRemoveOutlined";
import IncidentIcon from "@mui/icons-material/ReportProblemOutlined";
import RuleIcon from "@mui/icons-material/RuleOutlined";
import LateIcon from "@mui/icons-material/UpdateDisabledOutlined";
import { List, ListItem, ListItemButton, ListItemIcon, ListItemText, Stack, Typography } from "@mui/material";
import type { ReactNode } from "react";
import { Link, useGetList, useTranslate } from "react-admin";
import { Section } from "../components/Section.tsx";
import { useMay } from "../layout/useSession.ts";
import type { RejectedRow, Run } from "../runs/types.ts";
import { useHome } from "./useHome.ts";

const newest = { sort: { field: "createdAt", order: "DESC" as const }, pagination: { page: 1, perPage: 1 } };
/** A failure that nobody looked at for this long is no longer what to do next. */
const RECENT_MS = 7 * 24 * 3600 * 1000;
// Rounded to the day: a filter that differs at each render would be asked for anew each time.
const recently = () => new Date(Math.floor((Date.now() - RECENT_MS) / 86_400_000) * 86_400_000).toISOString();

/** Rows of a held or rejected load are decided with it; the others wait for a correction. */
const FIXABLE = { status: "open", run: { status: "succeeded" } };

interface Step {
  key: string;
  count: number;
  to: string;
  icon: ReactNode;
  /** Where the second line is not the step's own. */
  text?: string;
}

/** Access that somebody waits for, what failed and nobody has ended, what is late. */
function useWatch(): Step[] {
  const { figures, forMe, erasures } = useHome();
  const open = figures?.incidents?.totalCount ?? 0;
  const critical = (figures?.critical?.totalCount ?? 0) > 0;
  return [
    { key: "requests", count: forMe, to: "/requests", icon: <RequestIcon color="info" /> },
    { key: "erasures", count: erasures, to: "/erasures", icon: <ErasureIcon color="warning" /> },
    {
      key: critical ? "critical" : "incidents",
      text: "incidents",
      count: open,
      to: "/incidents",
      icon: <IncidentIcon color={critical ? "error" : "warning"} />,
    },
    {
      key: "late",
      count: figures?.late?.totalCount ?? 0,
      to: "/freshness",
      icon: <LateIcon color="warning" />,
    },
    {
      key: "failing",
      count: figures?.failing?.totalCount ?? 0,
      to: "/connectors",
      icon: <CableIcon color="error" />,
    },
  ];
}

/** Loads that wait for a decision, failed, or have rows to correct. */
function useLoads(): { steps: Step[]; isPending: boolean } {
  const mayFix = useMay("run.execute");
  const maySee = useMay("run.view");
  const held = useGetList<Run>("runs", { ...newest, filter: { status: "held" } }, { enabled: maySee });
  const failed = useGetList<Run>(
    "runs",
    { ...newest, filter: { status: "failed", "createdAt@from": recently() } },
    { enabled: maySee },
  );
  const open = useGetList<RejectedRow>(
    "rejectedRows",
    {
      sort: { field: "runId", order: "DESC" },
      pagination: { page: 1, perPage: 1 },
      filter: FIXABLE,
    },
    { enabled: mayFix },
  );
  const one = (path: string, id: string | undefined, total = 0, filter = "") =>
    total === 1 && id ? `${path}/${id}/show` : `${path}?filter=${encodeURIComponent(filter)}`;
  const steps: Step[] = [
    {
      key: "held",
      count: held.total ?? 0,
      to: one("/runs", held.data?.[0]?.id, held.total, '{"status":"held"}'),
      icon: <PauseIcon color="warning" />,
    },
    {
      key: "failed",
      count: failed.total ?? 0,
      to: one("/runs", failed.data?.[0]?.id, failed.total, '{"status":"failed"}'),
      icon: <ErrorIcon color="error" />,
    },
    {
      key: "open",
      count: open.total ?? 0,
      to: `/runs/${open.data?.[0]?.runId ?? ""}/show`,
      icon: <RuleIcon color="info" />,
    },
  ];
  return { steps, isPending: held.isLoading || failed.isLoading };
}

/** What waits for somebody: decisions first, then failures, then rows to correct. */
export function NextSteps() {
  const translate = useTranslate();
  const { steps: loads, isPending } = useLoads();
  const steps = [...loads.slice(0, 1), ...useWatch(), ...loads.slice(1)].filter((step) => step.count > 0);
  if (isPending) return null;
  if (steps.length === 0) {
    return (
      <Section>
        <Stack direction="row" spacing={1} sx={{ alignItems: "center" }}>
          <CheckIcon color="success" />
          <Typography>{translate("app.home.all_done")}</Typography>
        </Stack>
      </Section>
    );
  }
  return (
    <Section title={translate("app.home.next")} flush>
      <List disablePadding>
        {steps.map((step) => (
          <ListItem key={step.key} disablePadding divider>
            <ListItemButton component={Link} to={step.to} sx={{ py: 1 }}>
              <ListItemIcon sx={{ minWidth: 40 }}>{step.icon}</ListItemIcon>
              <ListItemText
                primary={translate(`app.home.next_${step.key}`, { smart_count: step.count })}
                secondary={translate(`app.home.next_${step.text ?? step.key}_text`)}
              />
              <ArrowForwardIcon fontSize="small" color="action" />
            </ListItemButton>
          </ListItem>
        ))}
      </List>
    </Section>
  );
}
