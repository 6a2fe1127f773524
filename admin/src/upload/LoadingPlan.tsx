import {
  Autocomplete,
  Checkbox,
  FormControl,
  FormControlLabel,
  FormLabel,
  Radio,
  RadioGroup,
  Stack,
  TextField,
  Typography,
} from "@mui/material";
import { useTranslate } from "react-admin";
import type { Dataset } from "../datasets/types.ts";
import { NAME_PATTERN, type Preview } from "./preview.ts";

export interface Plan {
  dataset: string;
  /** Empty: the dataset's own, or the one that fits the key. */
  mode: string;
  key: string[];
  /** Of a new dataset: its contract is accepted by the person before anything is loaded. */
  review: boolean;
}

interface Props {
  plan: Plan;
  datasets: Dataset[];
  existing: Dataset | null;
  preview: Preview | null;
  mayCreate: boolean;
  onChange: (plan: Plan) => void;
}

function DatasetField({ plan, datasets, existing, mayCreate, onChange }: Omit<Props, "preview">) {
  const translate = useTranslate();
  const bad = plan.dataset !== "" && !NAME_PATTERN.test(plan.dataset);
  const help = bad
    ? "app.upload.bad_name"
    : existing
      ? "app.upload.existing"
      : mayCreate
        ? "app.upload.new"
        : "app.upload.unknown";
  return (
    <Autocomplete
      freeSolo={mayCreate}
      options={datasets.map((dataset) => dataset.name)}
      inputValue={plan.dataset}
      onInputChange={(_event, dataset) => onChange({ ...plan, dataset, mode: "" })}
      renderInput={(parameters) => (
        <TextField
          {...parameters}
          label={translate("app.upload.dataset")}
          error={bad || (!existing && !mayCreate && plan.dataset !== "")}
          helperText={translate(help)}
        />
      )}
    />
  );
}

function ModeField({
  plan,
  keyed,
  fallback,
  onChange,
}: {
  plan: Plan;
  keyed: boolean;
  fallback: string;
  onChange: Props["onChange"];
}) {
  const translate = useTranslate();
  const modes = keyed ? ["upsert", "snapshot"] : ["append"];
  const value = plan.mode || (modes.includes(fallback) ? fallback : modes[0]);
  return (
    <FormControl>
      <FormLabel id="upload-mode">{translate("app.upload.mode")}</FormLabel>
      <RadioGroup
        aria-labelledby="upload-mode"
        value={value}
        onChange={(event) => onChange({ ...plan, mode: event.target.value })}
      >
        {modes.map((mode) => (
          <FormControlLabel
            key={mode}
            value={mode}
            control={<Radio size="small" />}
            sx={{ alignItems: "flex-start", mt: 0.5 }}
            label={
              <>
                <Typography component="span" sx={{ fontWeight: 600, display: "block", lineHeight: 2.2 }}>
                  {translate(`app.mode.${mode}`)}
                </Typography>
                <Typography component="span" variant="body2" color="textSecondary">
                  {translate(`app.mode.${mode}_text`)}
                </Typography>
              </>
            }
          />
        ))}
      </RadioGroup>
    </FormControl>
  );
}

/** Where the file goes and how it is merged; what is decided already is told, not asked. */
export function LoadingPlan(props: Props) {
  const { plan, existing, preview, onChange } = props;
  const translate = useTranslate();
  const key = existing ? existing.keyFields : plan.key;
  return (
    <Stack spacing={2} sx={{ maxWidth: 640 }}>
      <DatasetField {...props} />
      {!existing && preview === null && (
        <TextField
          label={translate("app.upload.key")}
          helperText={translate("app.upload.key_help")}
          value={plan.key.join(",")}
          onChange={(event) =>
            onChange({
              ...plan,
              mode: "",
              key: event.target.value === "" ? [] : event.target.value.split(","),
            })
          }
        />
      )}
      {!existing && preview !== null && (
        <Typography variant="body2" color={key.length > 0 ? "textPrimary" : "textSecondary"}>
          {key.length > 0
            ? translate("app.upload.key_chosen", { key: key.join(" + ") })
            : translate("app.upload.key_none")}
        </Typography>
      )}
      <ModeField
        plan={plan}
        keyed={key.length > 0}
        fallback={existing?.defaultMode ?? "upsert"}
        onChange={onChange}
      />
      {!existing && (
        <FormControlLabel
          label={translate("app.proposal.review")}
          control={
            <Checkbox
              checked={plan.review}
              onChange={(event) => onChange({ ...plan, review: event.target.checked })}
            />
          }
        />
      )}
    </Stack>
  );
}
