import { MenuItem, Stack, TextField, Typography } from "@mui/material";
import { useTranslate } from "react-admin";
import { Several } from "../access/pickers.tsx";
import { exampleOf } from "./mask.ts";
import { MASKS, type Mask } from "./types.ts";

const EXAMPLE: Record<Mask["kind"], string> = {
  null: "ada@acme.example",
  constant: "ada@acme.example",
  hash: "ada@acme.example",
  partial: "ada@acme.example",
  year: "1815-12-10",
};

interface Props {
  mask: Mask;
  onChange: (mask: Mask) => void;
  columns: string[];
}

/** How values are hidden, with what becomes of one. */
export function MaskField({ mask, onChange, columns }: Props) {
  const translate = useTranslate();
  const count = (name: "first" | "last") => (
    <TextField
      type="number"
      label={translate(`app.policies.mask_${name}`)}
      value={mask[name] ?? 0}
      onChange={(event) => onChange({ ...mask, [name]: Number(event.target.value) })}
      slotProps={{ htmlInput: { min: 0, max: 100 } }}
    />
  );
  const choose = (kind: Mask["kind"]) =>
    onChange({
      kind,
      ...(mask.fields ? { fields: mask.fields } : {}),
      ...(kind === "partial" ? { first: 1, last: 2 } : {}),
      ...(kind === "constant" ? { value: "***" } : {}),
    });
  const example = EXAMPLE[mask.kind];
  return (
    <>
      <Several
        label={translate("app.policies.mask_fields")}
        helperText={translate("app.policies.mask_fields_help")}
        options={columns}
        value={mask.fields ?? []}
        onChange={(fields) => {
          const { fields: _before, ...rest } = mask;
          onChange(fields.length > 0 ? { ...rest, fields } : rest);
        }}
        free
      />
      <TextField
        select
        label={translate("app.policies.mask")}
        value={mask.kind}
        onChange={(event) => choose(event.target.value as Mask["kind"])}
      >
        {MASKS.map((kind) => (
          <MenuItem key={kind} value={kind}>
            {translate(`app.policies.masks.${kind}`)}
          </MenuItem>
        ))}
      </TextField>
      {mask.kind === "partial" && (
        <Stack direction="row" spacing={2} useFlexGap>
          {count("first")}
          {count("last")}
        </Stack>
      )}
      {mask.kind === "constant" && (
        <TextField
          label={translate("app.policies.value")}
          value={String(mask.value ?? "")}
          onChange={(event) => onChange({ ...mask, value: event.target.value })}
        />
      )}
      <Typography variant="body2" color="textSecondary">
        {translate("app.policies.example")} <code>{example}</code> →{" "}
        <code>{exampleOf(mask, example) || translate("app.record.null")}</code>
      </Typography>
    </>
  );
}
