import { Box, Button, Table, TableBody, TableCell, TableHead, TableRow, Typography } from "@mui/material";
import { Link, useGetOne, useTranslate } from "react-admin";
import { Section } from "../components/Section.tsx";
import type { Dataset, Field } from "../datasets/types.ts";
import { useFields } from "../datasets/useFields.ts";
import { useMay } from "../layout/useSession.ts";
import type { Run } from "./types.ts";
import { type Inspected, useInspection } from "./useInspection.ts";

const SHOWN = ["format", "encoding", "delimiter", "quote", "preambleLines", "headerLines"] as const;
const VISIBLE: Record<string, string> = {
  "\t": "⇥ tab",
  " ": "␠ space",
  ",": ", comma",
  ";": "; semicolon",
  "|": "| pipe",
};

const readable = (value: unknown): string =>
  value === null || value === undefined ? "–" : (VISIBLE[String(value)] ?? String(value));

function Dialect({ inspection }: { inspection: Inspected }) {
  const translate = useTranslate();
  const { dialect = {}, evidence = [] } = inspection;
  return (
    <Box sx={{ px: 2, pb: 1.5 }}>
      <Box component="dl" sx={{ display: "flex", flexWrap: "wrap", gap: 3, m: 0 }}>
        {SHOWN.filter((name) => name in dialect).map((name) => (
          <Box key={name}>
            <Typography component="dt" variant="body2" color="textSecondary">
              {translate(`app.run.inspection.${name}`)}
            </Typography>
            <Typography component="dd" sx={{ m: 0, fontWeight: 600 }}>
              {readable(dialect[name])}
            </Typography>
          </Box>
        ))}
      </Box>
      {evidence.length > 0 && (
        <Box component="details" sx={{ mt: 1, color: "text.secondary", fontSize: "0.85rem" }}>
          <summary>{translate("app.run.inspection.why")}</summary>
          <Box component="ul" sx={{ my: 0.5, pl: 2.5 }}>
            {evidence.map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </Box>
        </Box>
      )}
    </Box>
  );
}

/** The file's columns beside the fields they went into, with what spoke for the types where they were inferred. */
function Columns({ inspection, fields, keys }: { inspection: Inspected; fields: Field[]; keys: string[] }) {
  const translate = useTranslate();
  const evidence = inspection.contract?.evidence;
  const headings = ["column", "field", "type", "required", ...(evidence ? ["evidence"] : [])];
  return (
    <Table size="small" aria-label={translate("app.run.inspection.columns")}>
      <TableHead>
        <TableRow>
          {headings.map((name) => (
            <TableCell key={name}>{translate(`app.run.inspection.${name}`)}</TableCell>
          ))}
        </TableRow>
      </TableHead>
      <TableBody>
        {fields.map((field) => (
          <TableRow key={field.name}>
            <TableCell>{field.sourceName}</TableCell>
            <TableCell sx={{ fontFamily: "monospace" }}>{field.name}</TableCell>
            <TableCell sx={{ fontFamily: "monospace", whiteSpace: "nowrap" }}>{field.type}</TableCell>
            <TableCell>
              {translate(
                field.required || keys.includes(field.name) ? "app.contract.yes" : "app.contract.no",
              )}
            </TableCell>
            {evidence && (
              <TableCell sx={{ color: "text.secondary" }}>{evidence[field.name]?.text ?? "–"}</TableCell>
            )}
          </TableRow>
        ))}
      </TableBody>
    </Table>
  );
}

/** How the file was read; where it made the dataset, the inferred contract for a person to agree or to correct. */
export function Inspection({ run }: { run: Run }) {
  const translate = useTranslate();
  const mayEdit = useMay("dataset.edit");
  const inspection = useInspection(run.id);
  const fields = useFields(run.datasetId);
  const { data: dataset } = useGetOne<Dataset>(
    "datasets",
    { id: run.datasetId ?? "" },
    { enabled: run.datasetId !== null },
  );
  if (!inspection) return null;
  const isNew = dataset !== undefined && dataset.createdAt >= run.createdAt && run.replayOf === null;
  return (
    <Section
      title={translate("app.run.inspection.title")}
      hint={translate(isNew ? "app.run.inspection.hint_new" : "app.run.inspection.hint")}
      actions={
        isNew &&
        mayEdit && (
          <Button component={Link} to={`/datasets/${dataset.id}/show`} variant="outlined">
            {translate("app.run.inspection.adjust")}
          </Button>
        )
      }
      flush
    >
      <Dialect inspection={inspection} />
      {isNew && <Columns inspection={inspection} fields={fields} keys={dataset.keyFields} />}
    </Section>
  );
}
