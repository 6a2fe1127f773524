import VisibilityIcon from "@mui/icons-material/VisibilityOutlined";
import { Alert, Button } from "@mui/material";
import { useEffect } from "react";
import { useTranslate } from "react-admin";
import { TimeLeft } from "../account/TimeLeft.tsx";
import { useAct } from "../account/useAct.ts";
import { sentence } from "../providers/errors.ts";
import { graphql } from "../providers/http.ts";
import { renew } from "../providers/session.ts";
import { useSession } from "./useSession.ts";

/** The server ends it by itself; the page asks shortly after. */
const AFTER_END_MS = 1_000;

async function endView(): Promise<void> {
  await graphql("platform", "mutation EndViewAs { endViewAs(input: {}) { result } }");
  await renew();
}

/** Over every page while one looks as somebody else: as whom, until when, and the way out. */
export function ViewAsBanner() {
  const translate = useTranslate();
  const viewAs = useSession()?.viewAs ?? null;
  const { act, busy, problem } = useAct(endView);
  const until = viewAs?.expiresAt;
  useEffect(() => {
    if (!until) return;
    const left = Math.max(0, new Date(until).getTime() - Date.now()) + AFTER_END_MS;
    const timer = setTimeout(() => renew().catch(() => undefined), left);
    return () => clearTimeout(timer);
  }, [until]);
  if (!viewAs) return null;
  return (
    <Alert
      role="status"
      severity="warning"
      variant="outlined"
      icon={<VisibilityIcon />}
      action={
        <Button color="inherit" variant="outlined" loading={busy} onClick={() => act()}>
          {translate("app.view_as.end")}
        </Button>
      }
      sx={{
        position: "sticky",
        top: 48,
        zIndex: "appBar",
        borderRadius: 0,
        borderWidth: 0,
        borderBottomWidth: 2,
        alignItems: "center",
      }}
    >
      <strong>{translate("app.view_as.as", { name: viewAs.displayName || viewAs.email })}</strong>{" "}
      {translate("app.view_as.read_only")} {translate("app.view_as.ends")}{" "}
      <TimeLeft until={viewAs.expiresAt} />.{problem && <div>{sentence(problem)}</div>}
    </Alert>
  );
}
