import { Box, Button } from "@mui/material";
import { useEffect } from "react";
import { type ErrorProps, useTranslate } from "react-admin";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { problemOf } from "../providers/errors.ts";

/** A room that failed to show; the menu and the other rooms still work. */
export function ErrorPage({ error }: ErrorProps) {
  const translate = useTranslate();
  useEffect(() => {
    document.title = `${translate("app.problem.page")} · Cadastre`;
  }, [translate]);
  return (
    <Box sx={{ p: 3, maxWidth: 720 }}>
      <ProblemAlert
        problem={problemOf(error)}
        title={translate("app.problem.page")}
        action={<Button onClick={() => window.location.reload()}>{translate("app.problem.again")}</Button>}
      />
    </Box>
  );
}
