import { Alert, AlertTitle, Box, Button, LinearProgress, Stack, Typography } from "@mui/material";
import { useTranslate } from "react-admin";
import { Ago } from "../components/Figures.tsx";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { Section } from "../components/Section.tsx";
import { useMay } from "../layout/useSession.ts";
import { type Check, type Connector, failingSince, underWay } from "./types.ts";

/** Codes of errors that another secret mends, and those that other settings mend. */
const BY_SECRET = new Set(["SOURCE_AUTH", "SOURCE_DENIED"]);

interface Props {
  connector: Connector;
  checks: Check[];
  busy: boolean;
  onSecret: () => void;
  onSettings: () => void;
  onDiscover: () => void;
}

/** How the last test went, in words, with the button that helps. */
export function Outcome({ connector, checks, busy, onSecret, onSettings, onDiscover }: Props) {
  const translate = useTranslate();
  const maySeal = useMay("connector.security");
  const mayEdit = useMay("connector.edit");
  const mayTry = useMay("connector.execute");
  const moving = checks.find(underWay);
  const tested = checks.find((check) => check.kind === "test" && check.status === "succeeded");
  if (moving) {
    return (
      <Section>
        <Stack spacing={1} role="status">
          <Typography sx={{ fontWeight: 600 }}>
            {translate(`app.ingest.connector.going_${moving.kind}`)}
          </Typography>
          <LinearProgress aria-label={translate(`app.ingest.connector.going_${moving.kind}`)} />
        </Stack>
      </Section>
    );
  }
  if (connector.status === "failing" && connector.error) {
    const since = failingSince(checks);
    return (
      <Box role="status">
        <ProblemAlert
          title={translate("app.ingest.connector.failing")}
          problem={connector.error}
          action={
            <Stack spacing={1} sx={{ alignItems: "stretch" }}>
              {maySeal && (
                <Button
                  variant={BY_SECRET.has(connector.error.code ?? "") ? "contained" : "outlined"}
                  onClick={onSecret}
                >
                  {translate("app.ingest.connector.set_secret")}
                </Button>
              )}
              {mayEdit && (
                <Button
                  variant={BY_SECRET.has(connector.error.code ?? "") ? "outlined" : "contained"}
                  onClick={onSettings}
                >
                  {translate("app.ingest.connector.change_settings")}
                </Button>
              )}
            </Stack>
          }
        />
        {since && (
          <Typography variant="body2" color="textSecondary" sx={{ mt: 0.5 }}>
            {translate("app.ingest.connector.failing_since")} <Ago at={since} />
          </Typography>
        )}
      </Box>
    );
  }
  if (connector.status === "ok") {
    return (
      <Alert
        severity="success"
        role="status"
        sx={{ alignItems: "center" }}
        action={
          mayTry && (
            <Button variant="contained" loading={busy} onClick={onDiscover}>
              {translate("app.ingest.connector.discover")}
            </Button>
          )
        }
      >
        <AlertTitle sx={{ fontWeight: 650, mb: 0 }}>{translate("app.ingest.connector.works")}</AlertTitle>
        {tested?.result?.message ?? ""}
      </Alert>
    );
  }
  return <ProblemAlert severity="info" problem={{ message: translate("app.ingest.connector.untested") }} />;
}
