import EditIcon from "@mui/icons-material/EditOutlined";
import KeyIcon from "@mui/icons-material/Key";
import {
  Box,
  Chip,
  IconButton,
  Stack,
  Table,
  TableBody,
  TableCell,
  TableHead,
  TableRow,
  Tooltip,
  Typography,
} from "@mui/material";
import { useState } from "react";
import { useTranslate } from "react-admin";
import { ActionsCell } from "../components/ActionsCell.tsx";
import { Section } from "../components/Section.tsx";
import { useMay } from "../layout/useSession.ts";
import { FieldDialog } from "./FieldDialog.tsx";
import { Tags } from "./Tags.tsx";
import type { Dataset, Field } from "./types.ts";
import { useFields } from "./useFields.ts";

const MAX_VALUES_SHOWN = 5;

/** The field's rules in words, one each. */
function useRules(field: Field): string[] {
  const translate = useTranslate();
  const rules: string[] = [];
  const { minimum, maximum } = field;
  if (minimum !== null && maximum !== null)
    rules.push(translate("app.contract.between", { minimum, maximum }));
  else if (minimum !== null) rules.push(translate("app.contract.at_least", { minimum }));
  else if (maximum !== null) rules.push(translate("app.contract.at_most", { maximum }));
  if (field.pattern) rules.push(translate("app.contract.matches", { pattern: field.pattern }));
  if (field.allowedValues) {
    const more = field.allowedValues.length > MAX_VALUES_SHOWN ? "…" : "";
    rules.push(
      translate("app.contract.one_of", {
        values: field.allowedValues.slice(0, MAX_VALUES_SHOWN).join(", ") + more,
      }),
    );
  }
  if (field.notInFuture) rules.push(translate("app.contract.not_in_future"));
  if (field.referencesField)
    rules.push(translate("app.contract.references", { field: field.referencesField }));
  return rules;
}

interface RowProps {
  dataset: Dataset;
  field: Field;
  isKey: boolean;
  onEdit: (() => void) | null;
}

function FieldRow({ dataset, field, isKey, onEdit }: RowProps) {
  const translate = useTranslate();
  const rules = useRules(field);
  return (
    <TableRow hover sx={{ verticalAlign: "top" }}>
      <TableCell>
        <Stack direction="row" spacing={0.5} sx={{ alignItems: "center" }}>
          <Box component="span" sx={{ fontFamily: "monospace", fontWeight: 600 }}>
            {field.name}
          </Box>
          {isKey && (
            <Tooltip title={translate("app.contract.in_key")}>
              <KeyIcon fontSize="inherit" color="primary" aria-label={translate("app.contract.in_key")} />
            </Tooltip>
          )}
        </Stack>
        {field.description && (
          <Typography variant="body2" color="textSecondary">
            {field.description}
          </Typography>
        )}
      </TableCell>
      <TableCell sx={{ fontFamily: "monospace" }}>{field.type}</TableCell>
      <TableCell>{translate(field.required || isKey ? "app.contract.yes" : "app.contract.no")}</TableCell>
      <TableCell>
        <Stack direction="row" useFlexGap spacing={0.5} sx={{ flexWrap: "wrap" }}>
          {rules.map((rule) => (
            <Chip key={rule} label={rule} />
          ))}
          {rules.length === 0 && "–"}
        </Stack>
      </TableCell>
      <TableCell>
        <Tags dataset={dataset} field={field} />
      </TableCell>
      <TableCell sx={{ color: "text.secondary" }}>{field.sourceName}</TableCell>
      {onEdit && (
        <TableCell align="right">
          <IconButton
            sx={{ my: -0.5 }}
            onClick={onEdit}
            aria-label={translate("app.contract.edit", { name: field.name })}
          >
            <EditIcon fontSize="small" />
          </IconButton>
        </TableCell>
      )}
    </TableRow>
  );
}

/** The contract as a table that people can read, and change where they may. */
export function Contract({ dataset, onChanged }: { dataset: Dataset; onChanged: () => void }) {
  const translate = useTranslate();
  const fields = useFields(dataset.id);
  const mayEdit = useMay("dataset.edit");
  const [editing, setEditing] = useState<Field | null>(null);
  return (
    <Section
      title={translate("app.contract.title")}
      hint={translate("app.contract.hint", { version: dataset.contractVersion })}
      flush
    >
      <Table size="small">
        <TableHead>
          <TableRow>
            {["field", "type", "required", "rules", "tags", "column"].map((name) => (
              <TableCell key={name}>{translate(`app.contract.${name}`)}</TableCell>
            ))}
            {mayEdit && <ActionsCell />}
          </TableRow>
        </TableHead>
        <TableBody>
          {fields.map((field) => (
            <FieldRow
              key={field.id}
              dataset={dataset}
              field={field}
              isKey={dataset.keyFields.includes(field.name)}
              onEdit={mayEdit ? () => setEditing(field) : null}
            />
          ))}
        </TableBody>
      </Table>
      {editing && (
        <FieldDialog
          field={editing}
          dataset={dataset}
          onClose={() => setEditing(null)}
          onSaved={() => {
            setEditing(null);
            onChanged();
          }}
        />
      )}
    </Section>
  );
}
