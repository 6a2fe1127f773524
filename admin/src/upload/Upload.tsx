import { Box, Button, Stack } from "@mui/material";
import { useEffect, useState } from "react";
import { useGetList, useRedirect, useTranslate } from "react-admin";
import { useSearchParams } from "react-router-dom";
import { Page } from "../components/Page.tsx";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { Section } from "../components/Section.tsx";
import type { Dataset } from "../datasets/types.ts";
import { useMay } from "../layout/useSession.ts";
import { type Problem, problemOf } from "../providers/errors.ts";
import { type Progress, upload } from "../providers/upload.ts";
import { DropZone } from "./DropZone.tsx";
import { LoadingPlan, type Plan } from "./LoadingPlan.tsx";
import { PreviewTable } from "./PreviewTable.tsx";
import { MAX_NAME, NAME_PATTERN, type Preview, readPreview, suggestName } from "./preview.ts";
import { TransferProgress } from "./TransferProgress.tsx";

const MAX_DATASETS = 500;

type Transfer = { progress: Progress; controller: AbortController } | null;

function useTransfer() {
  const redirect = useRedirect();
  const [transfer, setTransfer] = useState<Transfer>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const send = async (file: File, plan: Plan, existing: Dataset | null) => {
    const controller = new AbortController();
    const begin: Progress = { sent: 0, total: file.size, rate: 0 };
    setProblem(null);
    setTransfer({ progress: begin, controller });
    try {
      const { runId } = await upload({
        file,
        dataset: plan.dataset,
        mode: plan.mode || undefined,
        key: existing ? [] : plan.key,
        review: !existing && plan.review,
        onProgress: (progress) => setTransfer({ progress, controller }),
        signal: controller.signal,
      });
      redirect(`/runs/${runId}/show`);
    } catch (error) {
      setTransfer(null);
      if (!(error instanceof DOMException)) setProblem(problemOf(error));
    }
  };
  return { transfer, problem, send };
}

/** The chosen file with the first look at it. */
function useChosenFile() {
  const [file, setFile] = useState<File | null>(null);
  const [preview, setPreview] = useState<Preview | null>(null);
  useEffect(() => {
    let current = true;
    setPreview(null);
    if (file) {
      // A preview is a courtesy: a file that cannot be looked at may still be loaded.
      readPreview(file)
        .catch(() => null)
        .then((found) => current && setPreview(found));
    }
    return () => {
      current = false;
    };
  }, [file]);
  return { file, setFile, preview };
}

export default function Upload() {
  const translate = useTranslate();
  const [parameters] = useSearchParams();
  const wanted = parameters.get("dataset") ?? "";
  const mayCreate = useMay("dataset.create");
  const mayRun = useMay("run.execute");
  const { file, setFile, preview } = useChosenFile();
  const [plan, setPlan] = useState<Plan>({ dataset: wanted, mode: "", key: [], review: true });
  const { data: datasets = [] } = useGetList<Dataset>("datasets", {
    sort: { field: "name", order: "ASC" },
    pagination: { page: 1, perPage: MAX_DATASETS },
  });
  const { transfer, problem, send } = useTransfer();
  const existing = datasets.find((dataset) => dataset.name === plan.dataset) ?? null;
  const choose = (next: File) => {
    setFile(next);
    // The page of a dataset sends its name along; else the file's own name is the best guess.
    setPlan((before) => ({
      ...before,
      key: [],
      dataset: wanted || suggestName(next.name),
    }));
  };
  const nameIsGood = NAME_PATTERN.test(plan.dataset) && plan.dataset.length <= MAX_NAME;
  const ready = file !== null && nameIsGood && (existing !== null || mayCreate);
  if (!mayRun) {
    return (
      <Page title={translate("app.upload.title")}>
        <ProblemAlert problem={{ code: "FORBIDDEN", message: translate("app.upload.forbidden") }} />
      </Page>
    );
  }
  return (
    <Page title={translate("app.upload.title")} subtitle={translate("app.upload.subtitle")}>
      <Stack spacing={2}>
        {problem && <ProblemAlert problem={problem} title={translate("app.upload.failed")} />}
        <DropZone file={file} disabled={transfer !== null} onFile={choose} />
        {file && preview && (
          <PreviewTable
            preview={preview}
            keyColumns={existing ? null : plan.key}
            onKey={(key) => setPlan((before) => ({ ...before, key, mode: "" }))}
          />
        )}
        {file && (
          <Section title={translate("app.upload.plan")}>
            <LoadingPlan
              plan={plan}
              datasets={datasets}
              existing={existing}
              preview={preview}
              mayCreate={mayCreate}
              onChange={setPlan}
            />
            {transfer ? (
              <TransferProgress progress={transfer.progress} onCancel={() => transfer.controller.abort()} />
            ) : (
              <Box sx={{ mt: 2 }}>
                <Button
                  variant="contained"
                  size="large"
                  disabled={!ready}
                  onClick={() => file && send(file, plan, existing)}
                >
                  {translate(existing ? "app.upload.submit" : "app.upload.submit_new", {
                    name: plan.dataset,
                  })}
                </Button>
              </Box>
            )}
          </Section>
        )}
      </Stack>
    </Page>
  );
}
