import { Autocomplete, MenuItem, TextField, Typography } from "@mui/material";
import { useState } from "react";
import { useRedirect, useTranslate } from "react-admin";
import { change, useChange } from "../access/api.ts";
import { FormDialog } from "../access/FormDialog.tsx";
import { Several } from "../access/pickers.tsx";
import { useDatasets } from "../access/useDatasets.ts";
import { Parameters } from "../connectors/PresetParameters.tsx";
import { fillIn, type Preset, parametersOf } from "../connectors/presets.ts";
import { SpecFields } from "../connectors/SpecFields.tsx";
import { isAbout, type Texts, textsOf, valuesOf } from "../connectors/specs.ts";
import type { Connector, Find, Kind } from "../connectors/types.ts";

/** `public.Orders` as a name that sources and datasets may have: `orders`. */
function nameOf(found: string): string {
  const last = found.split(/[./]/).filter(Boolean);
  const word =
    (last.length > 1 && /^(csv|json|ndjson|xml|gz|parquet|xlsx)$/.test(last.at(-1)!)
      ? last.at(-2)
      : last.at(-1)) ?? "";
  const plain = word
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^[^a-z]+|_+$/g, "");
  return plain.slice(0, 50);
}

/** Column types that only grow are times and numbers. */
const GROWS = /date|time|int|serial|numeric|number|decimal|bigint/i;
const MODES = ["upsert", "snapshot", "append"] as const;

interface Props {
  connector: Connector;
  kind: Kind;
  find: Find;
  /** Ready-made: how it is read is known, and what it does not know is asked for. */
  preset?: Preset | null;
  onClose: () => void;
}

/** What of a connector is read, how, and into which dataset. */
export function SourceDialog({ connector, kind, find, preset = null, onClose }: Props) {
  const translate = useTranslate();
  const redirect = useRedirect();
  const { datasets } = useDatasets();
  const proposed = nameOf(find.name);
  const [name, setName] = useState(proposed.replaceAll("_", "-"));
  const [dataset, setDataset] = useState(proposed);
  const [selection, setSelection] = useState(textsOf(find.selection));
  const [how, setHow] = useState(preset?.source.how ?? kind.hows[0] ?? "full");
  const [mode, setMode] = useState(preset?.source.mode ?? "");
  const [parameters, setParameters] = useState<Texts>({});
  const [key, setKey] = useState<string[]>(find.key ?? []);
  const columns = find.columns ?? [];
  const grows = columns.filter(({ type }) => GROWS.test(type)).map((column) => column.name);
  const wantsCursor = how === "incremental" && "cursorField" in kind.selection;
  const save = useChange(async () => {
    const { values, wrong } = valuesOf(kind.selection, fillIn(selection, parameters));
    if (wrong) throw new Error(`${wrong}: ${translate("app.ingest.not_json")}`);
    await change("createSource", {
      connector: connector.name,
      name,
      datasetName: dataset,
      selection: values,
      how,
      mode: mode || null,
      keyFields: key.length > 0 ? key : null,
    });
    redirect(`/sources/${name}`);
  }, "app.ingest.source.created");
  const wrong = (field: string) => isAbout(save.problem, field);
  const { cursorField: cursor, ...specs } = kind.selection;
  const choose = (wanted: string) => {
    setHow(wanted);
    if (wanted !== "incremental") setSelection(({ cursorField: _none, ...rest }) => rest);
  };
  return (
    <FormDialog
      wide
      title={translate("app.ingest.source.new", { name: find.name || connector.name })}
      submit={translate("app.ingest.source.create")}
      problem={save.problem}
      busy={save.busy}
      onSubmit={save.act}
      onClose={onClose}
    >
      {preset && (
        <Parameters
          preset={preset}
          names={parametersOf(preset, selection)}
          values={parameters}
          onChange={setParameters}
        />
      )}
      <SpecFields specs={specs} values={selection} onChange={setSelection} problem={save.problem} />
      <TextField
        select
        label={translate("app.ingest.source.how")}
        value={how}
        helperText={translate(`app.ingest.hows_text.${how}`)}
        onChange={(event) => choose(event.target.value)}
      >
        {kind.hows.map((one) => (
          <MenuItem key={one} value={one}>
            {translate(`app.ingest.hows.${one}`)}
          </MenuItem>
        ))}
      </TextField>
      {wantsCursor && cursor && (
        <Autocomplete
          freeSolo
          autoSelect
          options={grows}
          value={selection.cursorField ?? ""}
          onChange={(_event, value) => setSelection({ ...selection, cursorField: value ?? "" })}
          renderInput={(params) => (
            <TextField
              {...params}
              required
              error={wrong("cursorField")}
              label={translate("app.ingest.fields.cursorField")}
              helperText={translate("app.ingest.field_help.cursorField")}
            />
          )}
        />
      )}
      <TextField
        required
        label={translate("app.ingest.source.name")}
        value={name}
        error={wrong("name")}
        onChange={(event) => setName(event.target.value)}
        slotProps={{ htmlInput: { pattern: "[a-z][a-z0-9_\\-]{0,49}", spellCheck: false } }}
      />
      <Autocomplete
        freeSolo
        autoSelect
        options={datasets.map((one) => one.name)}
        value={dataset}
        onChange={(_event, value) => setDataset(value ?? "")}
        renderInput={(params) => (
          <TextField
            {...params}
            required
            error={wrong("dataset")}
            label={translate("app.ingest.source.dataset")}
            helperText={translate(
              datasets.some((one) => one.name === dataset)
                ? "app.ingest.source.dataset_known"
                : "app.ingest.source.dataset_new",
            )}
          />
        )}
      />
      <Several
        free
        label={translate("app.ingest.source.key")}
        helperText={translate("app.ingest.source.key_help")}
        options={columns.map((column) => column.name)}
        value={key}
        onChange={setKey}
      />
      <TextField
        select
        label={translate("app.ingest.source.mode")}
        value={mode}
        error={wrong("mode")}
        onChange={(event) => setMode(event.target.value)}
      >
        <MenuItem value="">{translate("app.ingest.as_usual")}</MenuItem>
        {MODES.map((one) => (
          <MenuItem key={one} value={one}>
            {translate(`app.mode.${one}`)}
          </MenuItem>
        ))}
      </TextField>
      {mode && (
        <Typography variant="body2" color="textSecondary">
          {translate(`app.mode.${mode}_text`)}
        </Typography>
      )}
    </FormDialog>
  );
}
