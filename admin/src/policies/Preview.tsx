import {
  Box,
  MenuItem,
  Stack,
  Table,
  TableBody,
  TableCell,
  TableHead,
  TableRow,
  TextField,
  Typography,
} from "@mui/material";
import { useState } from "react";
import { useTranslate } from "react-admin";
import { useAccess } from "../access/api.ts";
import { PersonPicker } from "../access/pickers.tsx";
import { type NamedField, useColumns, useDatasets } from "../access/useDatasets.ts";
import type { Person } from "../access/usePeople.ts";
import { formatNumber } from "../components/format.ts";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { Section } from "../components/Section.tsx";
import { useLanguage } from "../components/useLanguage.ts";
import { problemOf } from "../providers/errors.ts";
import type { Written } from "./ConditionField.tsx";
import { exampleOf } from "./mask.ts";
import { type Kind, type Mask, onRows } from "./types.ts";
import { useSettled } from "./useSettled.ts";

interface Answer {
  matching: number;
  total: number;
  sample: unknown[];
}

/** A condition that every row meets, for a mask that asks for none. */
const ALWAYS = { eq: [1, 1] };
const SHOWN_COLUMNS = 8;
const PREVIEW = `query Preview($kind: String!, $condition: JSON!, $dataset: UUID, $asUser: UUID) {
  previewPolicy(kind: $kind, condition: $condition, dataset: $dataset, asUser: $asUser)
}`;

/** Whether a mask hides this column: it is named, or carries a tag, or its dataset does. */
function hides(mask: Mask, tags: string[], field: NamedField, datasetTags: string[]): boolean {
  return (
    (mask.fields ?? []).includes(field.name) ||
    tags.some((tag) => field.tags.includes(tag) || datasetTags.includes(tag))
  );
}

const shown = (value: unknown): string =>
  value === null || value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value);

function Sample({
  rows,
  fields,
  mask,
  masked,
}: {
  rows: Record<string, unknown>[];
  fields: NamedField[];
  mask: Mask | null;
  masked: Set<string>;
}) {
  // What a mask changes comes first, so that it is seen without scrolling.
  const ordered = [...fields].sort((a, b) => Number(masked.has(b.name)) - Number(masked.has(a.name)));
  return (
    <Table size="small">
      <TableHead>
        <TableRow>
          {ordered.slice(0, SHOWN_COLUMNS).map(({ name }) => (
            <TableCell key={name}>{name}</TableCell>
          ))}
        </TableRow>
      </TableHead>
      <TableBody>
        {rows.map((row) => (
          <TableRow key={JSON.stringify(row)}>
            {ordered.slice(0, SHOWN_COLUMNS).map(({ name }) => (
              <TableCell
                key={name}
                sx={{ maxWidth: 180, overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap" }}
              >
                {mask && masked.has(name) ? (
                  <>
                    <Box component="del" sx={{ color: "text.secondary" }}>
                      {shown(row[name])}
                    </Box>{" "}
                    <Box
                      component="ins"
                      sx={{ color: "success.main", textDecoration: "none", fontWeight: 600 }}
                    >
                      {exampleOf(mask, row[name]) || "∅"}
                    </Box>
                  </>
                ) : (
                  shown(row[name])
                )}
              </TableCell>
            ))}
          </TableRow>
        ))}
      </TableBody>
    </Table>
  );
}

interface Props {
  kind: Kind;
  condition: Written;
  mask: Mask | null;
  tags: string[];
  dataset: string | null;
  onDataset: (id: string) => void;
}

function Counted({ kind, answer }: { kind: Kind; answer: Answer }) {
  const translate = useTranslate();
  const locale = useLanguage();
  const { matching, total } = answer;
  return (
    <Typography variant="h6" component="p" role="status">
      {translate(`app.policies.counted.${kind}`, {
        matching: formatNumber(locale, matching),
        total: formatNumber(locale, total),
      })}
    </Typography>
  );
}

/** What the policy would do to a chosen member, before it is made. */
export function Preview({ kind, condition, mask, tags, dataset, onDataset }: Props) {
  const translate = useTranslate();
  const { datasets } = useDatasets();
  const [person, setPerson] = useState<Person | null>(null);
  const fields = useColumns(dataset);
  const rows = onRows(kind);
  const asked = useSettled(
    condition === undefined ? null : (condition ?? (kind === "row_filter" ? null : ALWAYS)),
  );
  const { data, error } = useAccess<{ previewPolicy: Answer }>(
    PREVIEW,
    {
      kind,
      condition: asked,
      ...(dataset ? { dataset } : {}),
      ...(person ? { asUser: person.userId } : {}),
    },
    { enabled: asked !== null && (!rows || dataset !== null) },
  );
  const answer = asked === null ? undefined : data?.previewPolicy;
  const datasetTags = datasets.find(({ id }) => id === dataset)?.tags ?? [];
  const masked = new Set(
    mask ? fields.filter((field) => hides(mask, tags, field, datasetTags)).map(({ name }) => name) : [],
  );
  return (
    <Section title={translate("app.policies.preview")} hint={translate("app.policies.preview_hint")}>
      <Stack spacing={1}>
        {rows && (
          <>
            <PersonPicker label={translate("app.policies.preview_as")} value={person} onChange={setPerson} />
            <TextField
              select
              label={translate("app.access.object.dataset")}
              value={dataset ?? ""}
              onChange={(event) => onDataset(event.target.value)}
            >
              {datasets.map(({ id, name }) => (
                <MenuItem key={id} value={id}>
                  {name}
                </MenuItem>
              ))}
            </TextField>
          </>
        )}
        {error && asked !== null ? <ProblemAlert problem={problemOf(error)} severity="warning" /> : null}
        {answer && <Counted kind={kind} answer={answer} />}
        {answer && kind === "mask" && masked.size === 0 && (
          <Typography color="textSecondary">{translate("app.policies.no_masked_column")}</Typography>
        )}
        {!answer && !error && (
          <Typography color="textSecondary">{translate("app.policies.preview_wait")}</Typography>
        )}
        {answer && rows && answer.sample.length > 0 && (
          <Box
            sx={{ overflowX: "auto" }}
            role="group"
            tabIndex={0}
            aria-label={translate("app.policies.preview")}
          >
            <Sample
              rows={answer.sample as Record<string, unknown>[]}
              fields={fields}
              mask={kind === "mask" ? mask : null}
              masked={masked}
            />
          </Box>
        )}
        {answer && !rows && <Typography>{answer.sample.map(String).slice(0, 20).join(", ")}</Typography>}
      </Stack>
    </Section>
  );
}
