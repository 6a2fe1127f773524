import PlayIcon from "@mui/icons-material/PlayArrow";
import { Button, Chip, Stack } from "@mui/material";
import { useState } from "react";
import { Link, useRedirect, useTranslate } from "react-admin";
import { useParams } from "react-router-dom";
import { AskDialog } from "../access/AskDialog.tsx";
import { change, useChange } from "../access/api.ts";
import { Gate } from "../access/Gate.tsx";
import { Page } from "../components/Page.tsx";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { useMay } from "../layout/useSession.ts";
import { problemOf } from "../providers/errors.ts";
import { SaveTemplateDialog } from "../templates/SaveTemplateDialog.tsx";
import { definitionOf, draftOf } from "./draft.ts";
import { Executions } from "./Executions.tsx";
import { useExecutions, usePipeline, type Whole } from "./usePipelines.ts";
import { Workshop } from "./Workshop.tsx";

function Room({ pipeline }: { pipeline: Whole }) {
  const translate = useTranslate();
  const redirect = useRedirect();
  const saved = pipeline.pipelineVersions.nodes[0]?.definition ?? {};
  const [draft, setDraft] = useState(() => draftOf(saved));
  const [fileId, setFileId] = useState("");
  const [removing, setRemoving] = useState(false);
  const [templating, setTemplating] = useState(false);
  const runs = useExecutions(pipeline.id);
  const may = {
    edit: useMay("pipeline.edit"),
    run: useMay("pipeline.execute"),
    remove: useMay("pipeline.delete"),
  };
  const { name } = pipeline;
  const definition = definitionOf(draft);
  const changed = JSON.stringify(definition) !== JSON.stringify(definitionOf(draftOf(saved)));
  const wantsFile = draft.kind === "flow" && draft.input.kind === "file";
  const save = useChange(() => change("savePipeline", { name, definition }), "app.ingest.pipeline.saved");
  const run = useChange(
    () => change("runPipeline", { pipeline: name, fileId: wantsFile ? fileId || null : null }),
    "app.ingest.pipeline.started",
  );
  const word = (key: string) => translate(`app.ingest.pipeline.${key}`);
  const problem = save.problem ?? run.problem;
  return (
    <Page
      title={pipeline.title || name}
      crumbs={[{ label: translate("app.menu.pipelines"), to: "/pipelines" }]}
      subtitle={
        <Stack direction="row" spacing={1} useFlexGap sx={{ alignItems: "center", flexWrap: "wrap" }}>
          <code>{name}</code>
          <Chip label={`${word("version")} ${pipeline.version}`} />
          {changed && <Chip color="warning" label={word("unsaved")} />}
          {pipeline.description}
        </Stack>
      }
      actions={
        <>
          {may.remove && (
            <Button color="error" onClick={() => setRemoving(true)}>
              {translate("ra.action.remove")}
            </Button>
          )}
          {may.edit && <Button onClick={() => setTemplating(true)}>{translate("app.template.save")}</Button>}
          {may.edit && (
            <Button variant="outlined" disabled={!changed} loading={save.busy} onClick={save.act}>
              {word("save")}
            </Button>
          )}
          {may.run && saved.range !== undefined && saved.range !== null && (
            <Button component={Link} to={`/backfills?pipeline=${encodeURIComponent(name)}`}>
              {word("backfill")}
            </Button>
          )}
          {may.run && (
            <Button
              variant="contained"
              startIcon={<PlayIcon />}
              disabled={changed || (wantsFile && fileId === "")}
              loading={run.busy}
              onClick={run.act}
            >
              {word("run")}
            </Button>
          )}
        </>
      }
    >
      <Stack spacing={2}>
        {problem && <ProblemAlert problem={problem} />}
        <Workshop draft={draft} onChange={setDraft} fileId={fileId} onFile={setFileId} readOnly={!may.edit} />
        <Executions runs={runs} />
      </Stack>
      {templating && (
        <SaveTemplateDialog pipeline={pipeline} definition={saved} onClose={() => setTemplating(false)} />
      )}
      {removing && (
        <AskDialog
          title={translate("app.ingest.pipeline.remove", { name })}
          text={word("remove_text")}
          confirm={translate("ra.action.remove")}
          done="app.ingest.removed"
          act={async () => {
            await change("dropPipeline", { name });
            redirect("/pipelines");
          }}
          onClose={() => setRemoving(false)}
        />
      )}
    </Page>
  );
}

/** A pipeline: its definition to change and try, and what came of it. */
export default function PipelineShow() {
  const translate = useTranslate();
  const { name = "" } = useParams();
  const { pipeline, error } = usePipeline(name);
  return (
    <Gate permissions={["pipeline.view"]} title={name}>
      {pipeline ? (
        <Room key={pipeline.id} pipeline={pipeline} />
      ) : (
        <Page title={name} crumbs={[{ label: translate("app.menu.pipelines"), to: "/pipelines" }]}>
          {error ? <ProblemAlert problem={problemOf(error)} /> : null}
          {pipeline === null && (
            <ProblemAlert
              severity="warning"
              problem={{ code: "NOT_FOUND", message: translate("app.ingest.pipeline.gone") }}
            />
          )}
        </Page>
      )}
    </Gate>
  );
}
