import { Chip } from "@mui/material";
import { useTranslate } from "react-admin";
import { type RuleState, type Severity, toneOf } from "./types.ts";

type Colour = "default" | "info" | "warning" | "error" | "success";

const SEVERITY: Record<Severity, Colour> = {
  info: "default",
  warning: "warning",
  error: "error",
  critical: "error",
};

export function SeverityChip({ severity }: { severity: Severity }) {
  const translate = useTranslate();
  return (
    <Chip
      variant={severity === "critical" ? "filled" : "outlined"}
      color={SEVERITY[severity] ?? "default"}
      label={translate(`app.quality.severity.${severity}`, { _: severity })}
      sx={{ fontWeight: 600 }}
    />
  );
}

const STATE: Record<RuleState, Colour> = { draft: "default", deployed: "success", off: "warning" };

export function RuleStateChip({ state, version }: { state: RuleState; version?: number | null }) {
  const translate = useTranslate();
  const name = translate(`app.quality.rule.state.${state}`);
  return (
    <Chip color={STATE[state]} label={version ? `${name} · v${version}` : name} sx={{ fontWeight: 600 }} />
  );
}

const INCIDENT: Record<string, Colour> = { open: "error", acknowledged: "warning", resolved: "success" };

export function IncidentStateChip({ state }: { state: string }) {
  const translate = useTranslate();
  return (
    <Chip
      color={INCIDENT[state] ?? "default"}
      label={translate(`app.incident.state.${state}`, { _: state })}
      sx={{ fontWeight: 600 }}
    />
  );
}

export function PassedChip({ passed }: { passed: boolean }) {
  const translate = useTranslate();
  return (
    <Chip
      color={passed ? "success" : "error"}
      label={translate(`app.quality.${passed ? "passed" : "failed"}`)}
    />
  );
}

export const toneColour = (score: number): string => `${toneOf(score)}.main`;
