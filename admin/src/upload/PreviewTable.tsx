import { Checkbox, FormControlLabel, Table, TableBody, TableCell, TableHead, TableRow } from "@mui/material";
import { useTranslate } from "react-admin";
import { Section } from "../components/Section.tsx";
import type { Preview } from "./preview.ts";

interface Props {
  preview: Preview;
  /** Chosen key columns, in order; null where the dataset has its key already. */
  keyColumns: string[] | null;
  onKey: (columns: string[]) => void;
}

/** The file's beginning; for a new dataset the key is chosen right at the columns. */
export function PreviewTable({ preview, keyColumns, onKey }: Props) {
  const translate = useTranslate();
  const toggle = (column: string, chosen: boolean) => {
    const kept = (keyColumns ?? []).filter((name) => name !== column);
    onKey(chosen ? [...kept, column] : kept);
  };
  return (
    <Section
      title={translate("app.upload.preview")}
      hint={translate(keyColumns ? "app.upload.preview_key" : "app.upload.preview_hint")}
      flush
    >
      <Table size="small" aria-label={translate("app.upload.preview")}>
        <TableHead>
          <TableRow>
            {preview.columns.map((column) => (
              <TableCell key={column} sx={{ verticalAlign: "bottom" }}>
                {keyColumns ? (
                  <FormControlLabel
                    label={column}
                    sx={{ mr: 0, "& .MuiFormControlLabel-label": { fontWeight: 600, fontSize: "inherit" } }}
                    control={
                      <Checkbox
                        size="small"
                        checked={keyColumns.includes(column)}
                        onChange={(event) => toggle(column, event.target.checked)}
                      />
                    }
                  />
                ) : (
                  column
                )}
              </TableCell>
            ))}
          </TableRow>
        </TableHead>
        <TableBody>
          {preview.rows.map((row, index) => (
            // Rows of a preview have no identity but their place.
            <TableRow key={index}>
              {preview.columns.map((column, place) => (
                <TableCell
                  key={column}
                  sx={{ maxWidth: 260, overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap" }}
                >
                  {row[place]}
                </TableCell>
              ))}
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </Section>
  );
}
