import WandIcon from "@mui/icons-material/AutoFixHighOutlined";
import FileIcon from "@mui/icons-material/UploadFileOutlined";
import { Alert, Box, Button, Stack, Typography } from "@mui/material";
import { type ChangeEvent, useRef, useState } from "react";
import { useTranslate } from "react-admin";
import { change } from "../access/api.ts";
import { useMayOn } from "../access/useMayOn.ts";
import { useAct } from "../account/useAct.ts";
import { EmptyState } from "../components/EmptyState.tsx";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { Section } from "../components/Section.tsx";
import { ApiError, readProblem } from "../providers/errors.ts";
import { request } from "../providers/http.ts";
import { organizationPath } from "../providers/operations.ts";
import { Proposals } from "./Proposals.tsx";
import type { PartProps } from "./Room.tsx";
import type { Definition } from "./types.ts";

interface Proposed {
  rules: Definition[];
  origin: string;
  skipped: { what: string; why: string }[];
  /** The file that they came from; null: the dataset's own rows. */
  file: string | null;
}

const MAX_FILE = 2_000_000;

async function readFile(dataset: string, file: File): Promise<Proposed> {
  if (file.size > MAX_FILE)
    throw new ApiError({ code: "TOO_LARGE", message: `${file.name}: > ${MAX_FILE} bytes` }, 413);
  const soda = /\.ya?ml$/i.test(file.name);
  const response = await request(
    organizationPath(`datasets/${dataset}/rules/read?format=${soda ? "soda" : "auto"}`),
    {
      method: "POST",
      headers: { "content-type": "text/plain" },
      body: await file.text(),
    },
  );
  const answer: unknown = await response.json().catch(() => null);
  if (!response.ok) throw new ApiError(readProblem(answer, response.statusText), response.status);
  return { ...(answer as Omit<Proposed, "file">), file: file.name };
}

function Skipped({ skipped }: { skipped: Proposed["skipped"] }) {
  const translate = useTranslate();
  if (skipped.length === 0) return null;
  return (
    <Alert severity="warning">
      {translate("app.quality.suggest.skipped", { smart_count: skipped.length })}
      <Box component="ul" sx={{ m: 0, mt: 0.5, pl: 2.5 }}>
        {skipped.map(({ what, why }) => (
          <li key={`${what} ${why}`}>
            <code>{what}</code>: {why}
          </li>
        ))}
      </Box>
    </Alert>
  );
}

/** Rules that the dataset's own rows suggest, or that another tool's file holds, to be accepted one by one or all. */
export default function Suggestions({ dataset }: PartProps) {
  const translate = useTranslate();
  const mayAsk = useMayOn("quality.execute", dataset.id);
  const mayCreate = useMayOn("quality.create", dataset.id);
  const [proposed, setProposed] = useState<Proposed | null>(null);
  const input = useRef<HTMLInputElement>(null);
  const suggest = useAct(async () => {
    const { result } = await change<{ result: Definition[] }>(
      "suggestRules",
      { datasetId: dataset.id },
      "result",
    );
    setProposed({ rules: result, origin: "suggested", skipped: [], file: null });
  });
  const read = useAct(async (file: File) => setProposed(await readFile(dataset.name, file)));
  const choose = (event: ChangeEvent<HTMLInputElement>) => {
    const file = event.target.files?.[0];
    event.target.value = "";
    if (file) void read.act(file);
  };
  const problem = suggest.problem ?? read.problem;
  const buttons = (
    <Stack direction="row" useFlexGap spacing={1} sx={{ flexWrap: "wrap", justifyContent: "center" }}>
      {mayAsk && (
        <Button
          variant="contained"
          startIcon={<WandIcon />}
          loading={suggest.busy}
          onClick={() => suggest.act()}
        >
          {translate("app.quality.suggest.ask")}
        </Button>
      )}
      {mayCreate && (
        <Button
          variant="outlined"
          startIcon={<FileIcon />}
          loading={read.busy}
          onClick={() => input.current?.click()}
        >
          {translate("app.quality.suggest.file")}
        </Button>
      )}
      <input
        ref={input}
        type="file"
        hidden
        accept=".json,.yml,.yaml"
        aria-label={translate("app.quality.suggest.file")}
        onChange={choose}
      />
    </Stack>
  );
  return (
    <Stack spacing={2}>
      {problem && <ProblemAlert problem={problem} />}
      {proposed ? (
        <>
          <Skipped skipped={proposed.skipped} />
          <Proposals
            key={`${proposed.file} ${proposed.rules.length}`}
            dataset={dataset}
            rules={proposed.rules}
            origin={proposed.origin}
            title={
              proposed.file
                ? translate("app.quality.suggest.from_file", {
                    file: proposed.file,
                    smart_count: proposed.rules.length,
                  })
                : translate("app.quality.suggest.from_rows", { smart_count: proposed.rules.length })
            }
            actions={buttons}
          />
        </>
      ) : (
        <Section>
          <EmptyState
            icon={<WandIcon />}
            title={translate("app.quality.suggest.empty")}
            text={translate("app.quality.suggest.empty_text")}
            action={
              mayAsk || mayCreate ? (
                buttons
              ) : (
                <Typography>{translate("app.quality.suggest.ask_somebody")}</Typography>
              )
            }
          />
        </Section>
      )}
    </Stack>
  );
}
