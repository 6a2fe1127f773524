/** Choosing people, permissions, roles, objects and lengths of time. */
import { Autocomplete, MenuItem, Stack, TextField } from "@mui/material";
import { useState } from "react";
import { useTranslate } from "react-admin";
import { type Duration, UNITS, type Unit } from "./duration.ts";
import { useRoleName } from "./names.ts";
import { type Catalog, groupOf } from "./useCatalog.ts";
import { useDatasets } from "./useDatasets.ts";
import { type Person, usePeople } from "./usePeople.ts";

interface PersonProps {
  label: string;
  value: Person | null;
  onChange: (person: Person | null) => void;
  helperText?: string;
  required?: boolean;
}

const personLabel = (person: Person): string =>
  person.displayName ? `${person.displayName} (${person.email})` : person.email;

export function PersonPicker({ label, value, onChange, helperText, required = false }: PersonProps) {
  const translate = useTranslate();
  const [text, setText] = useState("");
  const people = usePeople(value && text === personLabel(value) ? "" : text);
  return (
    <Autocomplete
      options={people}
      value={value}
      onChange={(_event, person) => onChange(person)}
      onInputChange={(_event, typed) => setText(typed)}
      // The server looks; what it found is shown as it is.
      filterOptions={(found) => found}
      getOptionLabel={personLabel}
      isOptionEqualToValue={(a, b) => a.userId === b.userId}
      noOptionsText={translate("app.access.nobody_found")}
      renderInput={(params) => (
        <TextField {...params} label={label} required={required} helperText={helperText} />
      )}
    />
  );
}

interface TextsProps {
  label: string;
  options: string[];
  value: string[];
  onChange: (value: string[]) => void;
  nameOf?: (key: string) => string;
  groupBy?: (key: string) => string;
  /** Texts that are not among the options may be typed. */
  free?: boolean;
  helperText?: string;
}

/** Several of a list. */
export function Several({
  label,
  options,
  value,
  onChange,
  nameOf,
  groupBy,
  free = false,
  helperText,
}: TextsProps) {
  return (
    <Autocomplete
      multiple
      freeSolo={free}
      autoSelect={free}
      disableCloseOnSelect={!free}
      options={options}
      value={value}
      onChange={(_event, chosen) => onChange(chosen)}
      getOptionLabel={nameOf ?? ((key) => key)}
      {...(groupBy ? { groupBy } : {})}
      renderInput={(params) => <TextField {...params} label={label} helperText={helperText} />}
    />
  );
}

interface PermissionProps {
  catalog: Catalog | null;
  value: string | null;
  onChange: (permission: string | null) => void;
  label?: string;
  required?: boolean;
}

export function PermissionPicker({ catalog, value, onChange, label, required = false }: PermissionProps) {
  const translate = useTranslate();
  const permissions = catalog?.permissions ?? [];
  return (
    <Autocomplete
      options={permissions.map(({ key }) => key)}
      groupBy={groupOf}
      value={value}
      onChange={(_event, permission) => onChange(permission)}
      renderInput={(params) => (
        <TextField
          {...params}
          label={label ?? translate("app.access.permission")}
          required={required}
          helperText={permissions.find(({ key }) => key === value)?.description}
        />
      )}
    />
  );
}

/** What is given: a permission, a system role or an own one, as one value: "permission:dataset.view". */
export type Gift = { kind: "permission" | "systemRole" | "ownRole"; key: string | null };

export function GiftPicker({
  catalog,
  gift,
  onChange,
  only,
}: {
  catalog: Catalog | null;
  gift: Gift;
  onChange: (gift: Gift) => void;
  /** Denials name one permission. */
  only?: boolean;
}) {
  const translate = useTranslate();
  const roleName = useRoleName();
  const roles =
    gift.kind === "ownRole"
      ? (catalog?.ownRoles ?? []).map(({ key, title }) => ({ key, name: title }))
      : (catalog?.roles ?? []).map(({ key }) => ({ key, name: roleName(key) }));
  const kinds = only ? (["permission"] as const) : (["permission", "systemRole", "ownRole"] as const);
  return (
    <Stack
      direction={{ xs: "column", sm: "row" }}
      spacing={{ xs: 0, sm: 2 }}
      useFlexGap
      sx={{ alignItems: "flex-start" }}
    >
      <TextField
        select
        label={translate("app.access.what")}
        value={gift.kind}
        onChange={(event) => onChange({ kind: event.target.value as Gift["kind"], key: null })}
        sx={{ maxWidth: { sm: 180 } }}
      >
        {kinds.map((kind) => (
          <MenuItem key={kind} value={kind}>
            {translate(`app.access.gift.${kind}`)}
          </MenuItem>
        ))}
      </TextField>
      {gift.kind === "permission" ? (
        <PermissionPicker
          catalog={catalog}
          value={gift.key}
          onChange={(key) => onChange({ ...gift, key })}
          required
        />
      ) : (
        <TextField
          select
          required
          label={translate("app.access.role")}
          value={gift.key ?? ""}
          onChange={(event) => onChange({ ...gift, key: event.target.value })}
        >
          {roles.map(({ key, name }) => (
            <MenuItem key={key} value={key}>
              {name}
            </MenuItem>
          ))}
        </TextField>
      )}
    </Stack>
  );
}

/** The whole organization, one dataset, or what carries a tag. */
export interface Target {
  kind: "organization" | "dataset" | "tag";
  id: string | null;
}

export const WHOLE: Target = { kind: "organization", id: null };

export function TargetPicker({ target, onChange }: { target: Target; onChange: (target: Target) => void }) {
  const translate = useTranslate();
  const { datasets, tags } = useDatasets();
  return (
    <Stack direction={{ xs: "column", sm: "row" }} spacing={{ xs: 0, sm: 2 }} useFlexGap>
      <TextField
        select
        label={translate("app.access.on")}
        value={target.kind}
        onChange={(event) => onChange({ kind: event.target.value as Target["kind"], id: null })}
        sx={{ maxWidth: { sm: target.kind === "organization" ? undefined : 180 } }}
      >
        {(["organization", "dataset", "tag"] as const).map((kind) => (
          <MenuItem key={kind} value={kind}>
            {translate(`app.access.object.${kind}`)}
          </MenuItem>
        ))}
      </TextField>
      {target.kind === "dataset" && (
        <TextField
          select
          required
          label={translate("app.access.object.dataset")}
          value={target.id ?? ""}
          onChange={(event) => onChange({ ...target, id: event.target.value })}
        >
          {datasets.map(({ id, name }) => (
            <MenuItem key={id} value={id}>
              {name}
            </MenuItem>
          ))}
        </TextField>
      )}
      {target.kind === "tag" && (
        <Autocomplete
          freeSolo
          autoSelect
          options={tags}
          value={target.id}
          onChange={(_event, id) => onChange({ ...target, id })}
          renderInput={(params) => (
            <TextField {...params} required label={translate("app.access.object.tag")} />
          )}
        />
      )}
    </Stack>
  );
}

interface DurationProps {
  label: string;
  value: Duration;
  onChange: (duration: Duration) => void;
  disabled?: boolean;
}

export function DurationField({ label, value, onChange, disabled = false }: DurationProps) {
  const translate = useTranslate();
  return (
    <Stack direction="row" spacing={1} useFlexGap>
      <TextField
        type="number"
        required
        label={label}
        disabled={disabled}
        value={value.amount}
        onChange={(event) => onChange({ ...value, amount: event.target.value })}
        slotProps={{ htmlInput: { min: 1, step: 1 } }}
      />
      <TextField
        select
        label={translate("app.access.unit.label")}
        disabled={disabled}
        value={value.unit}
        onChange={(event) => onChange({ ...value, unit: event.target.value as Unit })}
        sx={{ maxWidth: 140 }}
      >
        {UNITS.map((unit) => (
          <MenuItem key={unit} value={unit}>
            {translate(`app.access.unit.${unit}`)}
          </MenuItem>
        ))}
      </TextField>
    </Stack>
  );
}
