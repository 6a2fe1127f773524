import { Autocomplete, FormControlLabel, Radio, RadioGroup, TextField, Typography } from "@mui/material";
import { useState } from "react";
import { useTranslate } from "react-admin";
import { change, useChange } from "../access/api.ts";
import { FormDialog } from "../access/FormDialog.tsx";
import { typedMoment } from "../components/zone.ts";
import { MAX_REASON } from "../history/ReasonField.tsx";
import { ApiError } from "../providers/errors.ts";
import { EndField } from "./EndField.tsx";
import type { HoldDataset } from "./useHolds.ts";

type Scope = "organization" | "dataset" | "rows";
const SCOPES: readonly Scope[] = ["dataset", "rows", "organization"];

/** A row without a business key is known by its file and line. */
const fieldsOf = ({ keyFields }: HoldDataset): string[] =>
  keyFields.length > 0 ? keyFields : ["file_id", "source_line"];

/** One key a line; several fields with | between, where one field may hold any text. Null: that line is not whole. */
function keysOf(text: string, fields: string[]): { keys: Record<string, string>[]; wrong: number | null } {
  const keys: Record<string, string>[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    const parts = fields.length === 1 ? [line.trim()] : line.split("|").map((part) => part.trim());
    if (parts.length !== fields.length || parts.some((part) => part === ""))
      return { keys, wrong: index + 1 };
    keys.push(Object.fromEntries(fields.map((field, at) => [field, parts[at] ?? ""])));
  }
  return { keys, wrong: null };
}

/** What is held, and why. */
export function PlaceDialog({ datasets, onClose }: { datasets: HoldDataset[]; onClose: () => void }) {
  const translate = useTranslate();
  const [scope, setScope] = useState<Scope>("dataset");
  const [dataset, setDataset] = useState<HoldDataset | null>(null);
  const [text, setText] = useState("");
  const [reason, setReason] = useState("");
  const [end, setEnd] = useState("");
  const fields = dataset ? fieldsOf(dataset) : [];
  const word = (key: string, more?: object) => translate(`app.hold.${key}`, more);
  const place = useChange(async () => {
    const { keys, wrong } = keysOf(text, fields);
    if (scope === "rows" && wrong !== null) {
      const message = word("keys_wrong", { line: wrong, fields: fields.join(" | ") });
      throw new ApiError({ code: "DS005", message, field: "keys", translated: true }, 400);
    }
    await change("placeHold", {
      reason,
      ...(scope === "organization" ? {} : { datasetId: dataset?.id }),
      ...(scope === "rows" ? { keys } : {}),
      until: typedMoment(end)?.toISOString() ?? null,
    });
    onClose();
  }, "app.hold.placed");
  return (
    <FormDialog
      title={word("place_title")}
      submit={word("place")}
      problem={place.problem}
      busy={place.busy}
      onSubmit={place.act}
      onClose={onClose}
    >
      <RadioGroup
        aria-label={word("scope")}
        value={scope}
        onChange={(event) => setScope(event.target.value as Scope)}
      >
        {SCOPES.map((one) => (
          <FormControlLabel
            key={one}
            value={one}
            control={<Radio size="small" />}
            sx={{ alignItems: "flex-start", my: 0.25 }}
            label={
              <>
                <Typography>{word(`scopes.${one}`)}</Typography>
                <Typography variant="body2" color="textSecondary">
                  {word(`scopes.${one}_text`)}
                </Typography>
              </>
            }
          />
        ))}
      </RadioGroup>
      {scope !== "organization" && (
        <Autocomplete
          options={datasets}
          value={dataset}
          getOptionLabel={({ name }) => name}
          isOptionEqualToValue={(a, b) => a.id === b.id}
          onChange={(_event, chosen) => setDataset(chosen)}
          renderInput={(params) => <TextField {...params} required label={word("dataset")} />}
        />
      )}
      {scope === "rows" && dataset && (
        <TextField
          required
          multiline
          minRows={3}
          maxRows={10}
          label={word("keys")}
          helperText={word(fields.length > 1 ? "keys_help_many" : "keys_help", {
            fields: fields.join(" | "),
          })}
          value={text}
          error={place.problem?.field === "keys"}
          onChange={(event) => setText(event.target.value)}
          slotProps={{ htmlInput: { spellCheck: false, style: { fontFamily: "monospace" } } }}
        />
      )}
      <TextField
        required
        multiline
        label={word("reason")}
        helperText={word("reason_help")}
        value={reason}
        error={place.problem?.field === "reason"}
        onChange={(event) => setReason(event.target.value)}
        slotProps={{ htmlInput: { maxLength: MAX_REASON } }}
      />
      <EndField value={end} wrong={place.problem?.field === "until"} onChange={setEnd} />
    </FormDialog>
  );
}
