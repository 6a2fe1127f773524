import { Box } from "@mui/material";

interface Props {
  /** 0 to 1. */
  value: number;
  label: string;
  tone?: "success" | "warning" | "error" | "primary";
  width?: number | string;
}

/** A share as a bar. */
export function Meter({ value, label, tone = "primary", width = "100%" }: Props) {
  const share = Math.max(0, Math.min(1, value));
  return (
    <Box
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(share * 100)}
      sx={{ width, height: 8, borderRadius: 1, bgcolor: "action.hover", overflow: "hidden" }}
    >
      <Box sx={{ height: "100%", width: `${share * 100}%`, bgcolor: `${tone}.main` }} />
    </Box>
  );
}
