import { Box, Button } from "@mui/material";
import { useEffect } from "react";
import { type ErrorProps, useTranslate } from "react-admin";
import { serverAnswers } from "../components/lazily.ts";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { problemOf } from "../providers/errors.ts";

/** How often a server that did not answer is asked whether it is back, ms. */
const ASK_AGAIN_MS = 5000;

/** A room that failed to show; the menu and the other rooms still work. What failed for want of a server comes back with it. */
export function ErrorPage({ error }: ErrorProps) {
  const translate = useTranslate();
  useEffect(() => {
    document.title = `${translate("app.problem.page")} · Cadastre`;
  }, [translate]);
  const problem = problemOf(error);
  const away = problem.code === "UNREACHABLE";
  useEffect(() => {
    if (!away) return;
    const timer = setInterval(async () => {
      if (await serverAnswers()) window.location.reload();
    }, ASK_AGAIN_MS);
    return () => clearInterval(timer);
  }, [away]);
  return (
    <Box sx={{ p: 3, maxWidth: 720 }}>
      <ProblemAlert
        problem={problem}
        title={translate("app.problem.page")}
        action={<Button onClick={() => window.location.reload()}>{translate("app.problem.again")}</Button>}
      />
    </Box>
  );
}
