import { Box, Button } from "@mui/material";
import { useEffect } from "react";
import { useResetErrorBoundaryOnLocationChange, useTranslate } from "react-admin";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { problemOf } from "../providers/errors.ts";

interface Props {
  error?: unknown;
  resetErrorBoundary: (...args: unknown[]) => void;
}

/** A room that failed to show; the menu and the other rooms still work. */
export function ErrorPage({ error, resetErrorBoundary }: Props) {
  const translate = useTranslate();
  useResetErrorBoundaryOnLocationChange(resetErrorBoundary);
  useEffect(() => {
    document.title = `${translate("app.problem.page")} · Cadastre`;
  }, [translate]);
  return (
    <Box sx={{ p: 3, maxWidth: 720 }}>
      <ProblemAlert
        problem={problemOf(error)}
        title={translate("app.problem.page")}
        action={<Button onClick={() => resetErrorBoundary()}>{translate("app.problem.again")}</Button>}
      />
    </Box>
  );
}
