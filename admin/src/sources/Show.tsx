import DownloadIcon from "@mui/icons-material/DownloadForOfflineOutlined";
import { Button, Chip, Link as MuiLink, Stack } from "@mui/material";
import { useState } from "react";
import { Link, useRedirect, useTranslate } from "react-admin";
import { useParams } from "react-router-dom";
import { AskDialog } from "../access/AskDialog.tsx";
import { change, useChange } from "../access/api.ts";
import { Gate } from "../access/Gate.tsx";
import { cursorOf } from "../backfills/useBackfills.ts";
import { Ago } from "../components/Figures.tsx";
import { Page } from "../components/Page.tsx";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { Tile, Tiles } from "../components/Tiles.tsx";
import { useMay } from "../layout/useSession.ts";
import { problemOf } from "../providers/errors.ts";
import { Pulls } from "./Pulls.tsx";
import { goesOn, type Pull, type Source, useSource } from "./useSources.ts";

const CRUMB = "app.ingest.rooms.sources";

function cursorText(cursor: unknown): string {
  if (cursor === null || cursor === undefined) return "–";
  if (typeof cursor === "object" && "value" in cursor) return String(cursor.value);
  return typeof cursor === "object" ? JSON.stringify(cursor) : String(cursor);
}

function Actions({ source, moving }: { source: Source; moving: Pull | undefined }) {
  const translate = useTranslate();
  const redirect = useRedirect();
  const [removing, setRemoving] = useState(false);
  const may = {
    pull: useMay("datasource.execute"),
    edit: useMay("datasource.edit"),
    remove: useMay("datasource.delete"),
  };
  const { name, paused } = source;
  const pull = useChange(() => change("pullSource", { name }), "app.ingest.pull.asked");
  const cancel = useChange(() => change("cancelPull", { pullId: moving?.id }), "app.ingest.pull.cancelled");
  const pause = useChange(() => change("alterSource", { name, paused: !paused }), "app.ingest.saved");
  const problem = pull.problem ?? cancel.problem ?? pause.problem;
  return (
    <Stack spacing={1} sx={{ alignItems: "flex-end" }}>
      <Stack direction="row" spacing={1} useFlexGap sx={{ flexWrap: "wrap" }}>
        {may.remove && (
          <Button color="error" onClick={() => setRemoving(true)}>
            {translate("ra.action.remove")}
          </Button>
        )}
        {may.edit && (
          <Button variant="outlined" loading={pause.busy} onClick={pause.act}>
            {translate(paused ? "app.ingest.source.resume" : "app.ingest.source.pause")}
          </Button>
        )}
        {may.pull && cursorOf(source.selection) !== null && (
          <Button component={Link} to={`/backfills?source=${encodeURIComponent(name)}`} variant="outlined">
            {translate("app.backfill.new")}
          </Button>
        )}
        {may.pull &&
          (moving ? (
            <Button color="error" variant="outlined" loading={cancel.busy} onClick={cancel.act}>
              {translate("app.ingest.pull.cancel")}
            </Button>
          ) : (
            <Button
              variant="contained"
              startIcon={<DownloadIcon />}
              loading={pull.busy}
              disabled={paused}
              onClick={pull.act}
            >
              {translate("app.ingest.pull.now")}
            </Button>
          ))}
      </Stack>
      {problem && <ProblemAlert problem={problem} />}
      {removing && (
        <AskDialog
          title={translate("app.ingest.source.remove", { name })}
          text={translate("app.ingest.source.remove_text")}
          confirm={translate("ra.action.remove")}
          done="app.ingest.removed"
          act={async () => {
            await change("dropSource", { name });
            redirect("/sources");
          }}
          onClose={() => setRemoving(false)}
        />
      )}
    </Stack>
  );
}

function Subtitle({ source }: { source: Source }) {
  const translate = useTranslate();
  return (
    <Stack direction="row" useFlexGap spacing={1} sx={{ flexWrap: "wrap", alignItems: "center" }}>
      {source.paused && <Chip color="warning" label={translate("app.ingest.source.paused")} />}
      <span>
        {source.connector && (
          <MuiLink component={Link} to={`/connectors/${source.connector.name}`}>
            {source.connector.name}
          </MuiLink>
        )}
        {" → "}
        <MuiLink component={Link} to={`/records/${source.datasetName}`}>
          {source.datasetName}
        </MuiLink>
      </span>
    </Stack>
  );
}

function LastProblem({ pull, source }: { pull: Pull | undefined; source: Source }) {
  const translate = useTranslate();
  if (!pull?.error || (pull.status !== "failed" && pull.status !== "waiting")) return null;
  const failed = pull.status === "failed";
  return (
    <ProblemAlert
      severity={failed ? "error" : "warning"}
      title={translate(failed ? "app.ingest.pull.failed" : "app.ingest.pull.waits")}
      problem={pull.error}
      action={
        source.connector && (
          <Button component={Link} to={`/connectors/${source.connector.name}`} variant="outlined">
            {translate("app.ingest.source.to_connector")}
          </Button>
        )
      }
    />
  );
}

/** What of a connector is read, how far, and every reading. */
export default function SourceShow() {
  const translate = useTranslate();
  const { name = "" } = useParams();
  const { source, pulls, error } = useSource(name);
  const crumbs = [
    { label: translate("app.menu.connectors"), to: "/connectors" },
    { label: translate(CRUMB), to: "/sources" },
  ];
  return (
    <Gate permissions={["datasource.view"]} title={name}>
      <Page
        title={name}
        crumbs={crumbs}
        subtitle={source && <Subtitle source={source} />}
        actions={source && <Actions source={source} moving={pulls?.find(goesOn)} />}
      >
        {error ? <ProblemAlert problem={problemOf(error)} /> : null}
        {source === null && (
          <ProblemAlert
            severity="warning"
            problem={{ code: "NOT_FOUND", message: translate("app.ingest.source.gone") }}
          />
        )}
        {source && (
          <Stack spacing={2}>
            <LastProblem pull={pulls?.[0]} source={source} />
            <Tiles>
              <Tile label={translate("app.ingest.source.what")}>
                {Object.values(source.selection)
                  .map((value) => (typeof value === "object" ? JSON.stringify(value) : String(value)))
                  .join(" · ") || "–"}
              </Tile>
              <Tile label={translate("app.ingest.source.how")}>
                {translate(`app.ingest.hows.${source.how}`)}
              </Tile>
              <Tile label={translate("app.ingest.source.key")}>{source.keyFields?.join(", ") || "–"}</Tile>
              <Tile label={translate("app.ingest.source.cursor")}>{cursorText(source.cursor)}</Tile>
              <Tile label={translate("app.ingest.source.pulled")}>
                <Ago at={source.lastPulledAt} />
              </Tile>
            </Tiles>
            <Pulls pulls={pulls} />
          </Stack>
        )}
      </Page>
    </Gate>
  );
}
