import { Box, Button, MenuItem, TextField } from "@mui/material";
import { useState } from "react";
import { useRedirect, useTranslate } from "react-admin";
import { change, useChange } from "../access/api.ts";
import { Gate } from "../access/Gate.tsx";
import { Page } from "../components/Page.tsx";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { Section } from "../components/Section.tsx";
import { definitionOf, draftOf, emptyDraft } from "./draft.ts";
import { useTemplates } from "./usePipelines.ts";
import { Workshop } from "./Workshop.tsx";

/** A new pipeline: from nothing, or from a template whose names are then changed. */
export default function CreatePipeline() {
  const translate = useTranslate();
  const redirect = useRedirect();
  const templates = useTemplates();
  const [name, setName] = useState("");
  const [title, setTitle] = useState("");
  const [template, setTemplate] = useState("");
  const [draft, setDraft] = useState(emptyDraft);
  const [fileId, setFileId] = useState("");
  const word = (key: string) => translate(`app.ingest.pipeline.${key}`);
  const save = useChange(async () => {
    await change("createPipeline", { name, title, definition: definitionOf(draft) });
    redirect(`/pipelines/${name}`);
  }, "app.ingest.pipeline.created");
  const choose = (key: string) => {
    setTemplate(key);
    const found = templates.find((one) => one.template === key);
    setDraft(found ? draftOf(found.definition) : emptyDraft());
  };
  const chosen = templates.find((one) => one.template === template);
  return (
    <Gate permissions={["pipeline.create"]} title={word("new")}>
      <Page
        title={word("new")}
        subtitle={word("new_text")}
        crumbs={[{ label: translate("app.menu.pipelines"), to: "/pipelines" }]}
        actions={
          <Button variant="contained" disabled={name === ""} loading={save.busy} onClick={save.act}>
            {word("create")}
          </Button>
        }
      >
        <Workshop draft={draft} onChange={setDraft} fileId={fileId} onFile={setFileId}>
          {save.problem && <ProblemAlert problem={save.problem} />}
          <Section title={word("called")}>
            <TextField
              select
              label={word("template")}
              value={template}
              helperText={chosen?.description}
              onChange={(event) => choose(event.target.value)}
              slotProps={{ select: { displayEmpty: true }, inputLabel: { shrink: true } }}
            >
              <MenuItem value="">{word("template_none")}</MenuItem>
              {templates.map((one) => (
                <MenuItem key={one.template} value={one.template}>
                  {one.title} · {one.publisher}
                </MenuItem>
              ))}
            </TextField>
            <Box sx={{ display: "grid", columnGap: 2, gridTemplateColumns: { sm: "1fr 1fr" } }}>
              <TextField
                required
                label={translate("app.ingest.fields.name")}
                value={name}
                helperText={word("name_help")}
                onChange={(event) => setName(event.target.value)}
              />
              <TextField
                label={word("called_title")}
                value={title}
                onChange={(event) => setTitle(event.target.value)}
              />
            </Box>
          </Section>
        </Workshop>
      </Page>
    </Gate>
  );
}
