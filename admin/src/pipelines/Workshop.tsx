import { Box, Button, MenuItem, Stack, TextField } from "@mui/material";
import { type ReactNode, Suspense, useState } from "react";
import { useTranslate } from "react-admin";
import { useAct } from "../account/useAct.ts";
import { lazily } from "../components/lazily.ts";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { Section } from "../components/Section.tsx";
import { useMay } from "../layout/useSession.ts";
import { type Draft, definitionOf } from "./draft.ts";
import { Editor } from "./Editor.tsx";
import { TrialPanel } from "./TrialPanel.tsx";
import { type Trial, tryOut } from "./trial.ts";
import { useFiles } from "./usePipelines.ts";

const Graph = lazily(() => import("./Graph.tsx"));

interface Props {
  draft: Draft;
  onChange: (draft: Draft) => void;
  fileId: string;
  onFile: (id: string) => void;
  readOnly?: boolean;
  /** What is wrong with what was saved. */
  children?: ReactNode;
}

export function FilePicker({ value, onChange }: { value: string; onChange: (id: string) => void }) {
  const translate = useTranslate();
  const files = useFiles(true);
  return (
    <TextField
      select
      label={translate("app.ingest.pipeline.file")}
      value={files.some(({ id }) => id === value) ? value : ""}
      helperText={translate("app.ingest.pipeline.file_help")}
      onChange={(event) => onChange(event.target.value)}
    >
      {files.map(({ id, fileName, datasetName }) => (
        <MenuItem key={id} value={id}>
          {fileName} · {datasetName}
        </MenuItem>
      ))}
    </TextField>
  );
}

/** The form beside its picture, and what a dry run makes of it. */
export function Workshop({ draft, onChange, fileId, onFile, readOnly = false, children }: Props) {
  const translate = useTranslate();
  const mayTry = useMay("pipeline.execute");
  const [trial, setTrial] = useState<Trial | null>(null);
  const wantsFile = draft.kind === "flow" && draft.input.kind === "file";
  const run = useAct(async () => {
    setTrial(null);
    setTrial(await tryOut(definitionOf(draft), wantsFile ? fileId || null : null));
  });
  return (
    <Stack spacing={2}>
      <Box
        sx={{
          display: "grid",
          gap: 2,
          gridTemplateColumns: { md: "minmax(0, 1fr) 340px" },
          alignItems: "start",
        }}
      >
        <Stack spacing={2} sx={{ minWidth: 0 }}>
          {children}
          <Editor draft={draft} onChange={onChange} trial={trial} readOnly={readOnly} />
        </Stack>
        <Box sx={{ position: { md: "sticky" }, top: { md: 64 } }}>
          <Section
            title={translate("app.ingest.pipeline.graph")}
            actions={
              mayTry && (
                <Button
                  variant="outlined"
                  loading={run.busy}
                  onClick={run.act}
                  sx={{ flexShrink: 0, whiteSpace: "nowrap" }}
                >
                  {translate("app.ingest.pipeline.try")}
                </Button>
              )
            }
          >
            {wantsFile && <FilePicker value={fileId} onChange={onFile} />}
            <Suspense fallback={<Box sx={{ height: 200 }} aria-busy />}>
              <Graph draft={draft} trial={trial} />
            </Suspense>
          </Section>
        </Box>
      </Box>
      {run.problem && <ProblemAlert problem={run.problem} />}
      {trial && <TrialPanel trial={trial} />}
    </Stack>
  );
}
