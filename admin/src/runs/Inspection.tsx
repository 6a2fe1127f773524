import { Box, Stack, Table, TableBody, TableCell, TableHead, TableRow, Typography } from "@mui/material";
import { useTranslate } from "react-admin";
import { Section } from "../components/Section.tsx";
import { useInspection } from "./useInspection.ts";

const SHOWN = ["format", "encoding", "delimiter", "quote", "preambleLines", "headerLines"] as const;
const VISIBLE: Record<string, string> = { "\t": "⇥ tab", " ": "␠ space", ",": ", comma", ";": "; semicolon", "|": "| pipe" };

const readable = (value: unknown): string =>
  value === null || value === undefined ? "–" : (VISIBLE[String(value)] ?? String(value));

/** How the file was read, and on what evidence each column got its type: for a person to agree or to correct. */
export function Inspection({ runId, isNew }: { runId: string; isNew: boolean }) {
  const translate = useTranslate();
  const inspection = useInspection(runId);
  if (!inspection) return null;
  const evidence = inspection.contract?.evidence ?? {};
  const fields = inspection.contract?.fields ?? [];
  return (
    <Section
      title={translate("app.run.inspection.title")}
      hint={translate(isNew ? "app.run.inspection.hint_new" : "app.run.inspection.hint")}
      flush
    >
      {inspection.dialect && (
        <Stack component="dl" direction="row" useFlexGap sx={{ flexWrap: "wrap", gap: 3, m: 0, px: 2, pb: 1.5 }}>
          {SHOWN.filter((name) => name in (inspection.dialect ?? {})).map((name) => (
            <Box key={name}>
              <Typography component="dt" variant="body2" color="text.secondary">
                {translate(`app.run.inspection.${name}`)}
              </Typography>
              <Typography component="dd" sx={{ m: 0, fontWeight: 600 }}>
                {readable(inspection.dialect?.[name])}
              </Typography>
            </Box>
          ))}
        </Stack>
      )}
      {fields.length > 0 && (
        <Table size="small">
          <TableHead>
            <TableRow>
              {["column", "field", "type", "evidence"].map((name) => (
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
                <TableCell sx={{ color: "text.secondary" }}>{evidence[field.name]?.text ?? "–"}</TableCell>
              </TableRow>
            ))}
          </TableBody>
        </Table>
      )}
    </Section>
  );
}
