import DownloadIcon from "@mui/icons-material/Download";
import { Alert, Button, Link as MuiLink, Stack } from "@mui/material";
import { useTranslate } from "react-admin";
import { Ago, Count } from "../components/Figures.tsx";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { Tile, Tiles } from "../components/Tiles.tsx";
import { useSession } from "../layout/useSession.ts";
import { problemOf } from "../providers/errors.ts";
import { saveText } from "./save.ts";
import { useSealing } from "./useEvents.ts";

/** The longest that a row may wait for its seal before something is wrong. */
const LATE_MS = 120_000;

/** How far the trail is sealed, and the last signed checkpoint to keep. */
export function SealingPanel() {
  const translate = useTranslate();
  const slug = useSession()?.org?.slug ?? "";
  const { sealing, checkpoint, error } = useSealing();
  const word = (key: string) => translate(`app.audit.sealing.${key}`);
  if (error) return <ProblemAlert problem={problemOf(error)} />;
  if (!sealing) return null;
  const late = sealing.oldestAt !== null && Date.now() - new Date(sealing.oldestAt).getTime() > LATE_MS;
  return (
    <Stack spacing={1}>
      {late && (
        <Alert severity="error">
          {word("late")} <Ago at={sealing.oldestAt} />. {word("late_hint")}
        </Alert>
      )}
      <Tiles>
        <Tile label={word("leaves")}>
          <Count value={sealing.size} />
        </Tile>
        <Tile label={word("checkpoint")}>
          <Ago at={sealing.checkpointAt} />
        </Tile>
        <Tile label={word("unsealed")}>
          <Count value={sealing.unsealed} />
          {sealing.unsealed > 0 && (
            <>
              {" "}
              ({word("since")} <Ago at={sealing.oldestAt} />)
            </>
          )}
        </Tile>
        <Tile label={word("keep")}>
          {checkpoint ? (
            <Button
              startIcon={<DownloadIcon />}
              sx={{ ml: -1 }}
              onClick={() =>
                saveText(checkpoint.jws, `${slug}-checkpoint-${checkpoint.size}.jws`, "application/jose")
              }
            >
              {word("download")}
            </Button>
          ) : (
            "–"
          )}
        </Tile>
        <Tile label={word("keys")}>
          <MuiLink href="/.well-known/audit-jwks.json" target="_blank" rel="noreferrer">
            audit-jwks.json
          </MuiLink>
        </Tile>
      </Tiles>
    </Stack>
  );
}
