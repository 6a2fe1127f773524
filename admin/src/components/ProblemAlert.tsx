import { Alert, AlertTitle, Box, Chip, Stack, Typography } from "@mui/material";
import type { ReactNode } from "react";
import { useTranslate } from "react-admin";
import { capital, type Problem } from "../providers/errors.ts";
import { inLanguage } from "../providers/in-language.ts";

interface Props {
  problem: Problem & { line?: number | string | null; column?: string | null };
  severity?: "error" | "warning" | "info";
  title?: string;
  action?: ReactNode;
}

/** On a phone what can be done stands below the words and does not press them into a column. */
const NARROW = {
  flexWrap: { xs: "wrap", sm: "nowrap" },
  "& .MuiAlert-message": { flex: "1 1 0", minWidth: { xs: "70%", sm: 0 } },
  "& .MuiAlert-action": { flexWrap: "wrap", ml: { xs: 0, sm: "auto" }, pl: { xs: 0, sm: 2 } },
} as const;

/** What is wrong, what to do about it, and the code to look up. */
export function ProblemAlert({ problem: given, severity = "error", title, action }: Props) {
  const translate = useTranslate();
  const problem = inLanguage(given);
  const places = [
    problem.line ? `${translate("app.problem.line")} ${problem.line}` : null,
    problem.column ? `${translate("app.problem.column")} ${problem.column}` : null,
    problem.field ? `${translate("app.problem.field")} ${problem.field}` : null,
    problem.code ?? null,
  ].filter((place) => place !== null);
  return (
    <Alert severity={severity} sx={NARROW} {...(action ? { action } : {})}>
      <AlertTitle sx={{ fontWeight: 650 }}>{title ?? capital(problem.message)}</AlertTitle>
      {title && <Box>{capital(problem.message)}</Box>}
      {problem.hint && <Box sx={{ mt: 0.5 }}>{problem.hint}</Box>}
      {problem.original && (
        <Typography variant="body2" color="textSecondary" lang="en" sx={{ mt: 0.5 }}>
          {problem.original}
        </Typography>
      )}
      {places.length > 0 && (
        <Stack direction="row" spacing={0.5} sx={{ mt: 1 }}>
          {places.map((place) => (
            <Chip key={place} label={place} />
          ))}
        </Stack>
      )}
    </Alert>
  );
}
