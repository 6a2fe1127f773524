/** Asks for a right, or passes one of one's own on: what, where, how long, why. */
import { Autocomplete, Box, MenuItem, Stack, TextField, Typography } from "@mui/material";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslate } from "react-admin";
import { useRoleMeaning } from "../access/systemTexts.ts";
import { useSession } from "../layout/useSession.ts";
import { graphql } from "../providers/http.ts";
import { type Asked, delegateAccess, type Interval, type MyAccess, requestAccess } from "./access.ts";
import { FormDialog } from "./FormDialog.tsx";
import { useAct } from "./useAct.ts";
import { usePermissions } from "./usePermissions.ts";

const MAX_REASON = 2000;
const MAX_COLUMNS = 1000;
const MAX_ROLES = 200;
const UNITS = ["hours", "days"] as const;
const DEFAULT_LASTS = { ask: 7, delegate: 1 };

interface Option {
  kind: "permission" | "systemRole" | "ownRole";
  key: string;
  label: string;
  meaning: string;
}

function useOptions(mode: "ask" | "delegate"): Option[] {
  const translate = useTranslate();
  const session = useSession();
  const meanings = usePermissions();
  const roleMeaning = useRoleMeaning();
  const { data } = useQuery({
    queryKey: ["roles", "mine"],
    queryFn: () =>
      graphql<{
        roles: { nodes: { key: string; description: string }[] };
        own: { nodes: { key: string; title: string; description: string }[] };
      }>(
        "platform",
        `query Roles($first: Int) { roles(first: $first, orderBy: [RANK_ASC]) { nodes { key description } }
           own: orgRoles(first: $first) { nodes { key title description } } }`,
        { first: MAX_ROLES },
      ),
  });
  const roles: Option[] = [
    ...(data?.roles.nodes ?? []).map(({ key, description }) => ({
      kind: "systemRole" as const,
      key,
      label: translate(`app.roles.${key}`, { _: key }),
      meaning: roleMeaning(key, description),
    })),
    ...(data?.own.nodes ?? []).map(({ key, title, description }) => ({
      kind: "ownRole" as const,
      key,
      label: title || key,
      meaning: description,
    })),
  ];
  const names =
    mode === "ask"
      ? Object.keys(meanings).filter((key) => !key.startsWith("platform."))
      : (session?.permissions ?? []);
  const permissions: Option[] = names.map((key) => ({
    kind: "permission",
    key,
    label: key,
    meaning: meanings[key] ?? "",
  }));
  return mode === "ask"
    ? [...permissions, ...roles]
    : [...permissions, ...roles.filter((role) => role.key === session?.role)];
}

/** Columns of the dataset that is asked for, by name. */
function Columns({
  dataset,
  value,
  onChange,
}: {
  dataset: string;
  value: string[];
  onChange: (value: string[]) => void;
}) {
  const translate = useTranslate();
  const { data: names = [] } = useQuery({
    queryKey: ["columns", dataset],
    queryFn: async () => {
      const { list } = await graphql<{ list: { nodes: { name: string }[] } }>(
        "platform",
        `query Columns($dataset: UUID!, $first: Int) {
           list: fields(first: $first, filter: { datasetId: { equalTo: $dataset }, retiredAt: { isNull: true } }) { nodes { name } }
         }`,
        { dataset, first: MAX_COLUMNS },
      );
      return list.nodes.map((one) => one.name);
    },
  });
  return (
    <Autocomplete
      multiple
      disableCloseOnSelect
      size="small"
      options={names}
      value={value}
      onChange={(_event, next) => onChange(next)}
      renderInput={(params) => (
        <TextField
          {...params}
          label={translate("app.account.request.columns")}
          helperText={translate("app.account.request.columns_help")}
        />
      )}
    />
  );
}

function Lasts({
  mode,
  value,
  onChange,
}: {
  mode: "ask" | "delegate";
  value: { count: number; unit: (typeof UNITS)[number] };
  onChange: (value: { count: number; unit: (typeof UNITS)[number] }) => void;
}) {
  const translate = useTranslate();
  return (
    <Stack direction="row" spacing={1}>
      <TextField
        type="number"
        required
        label={translate(`app.account.request.lasts_${mode}`)}
        value={value.count}
        onChange={(event) => onChange({ ...value, count: Number(event.target.value) })}
        slotProps={{ htmlInput: { min: 1, max: 3650, step: 1 } }}
      />
      <TextField
        select
        label={translate("app.account.request.unit")}
        value={value.unit}
        onChange={(event) => onChange({ ...value, unit: event.target.value === "hours" ? "hours" : "days" })}
      >
        {UNITS.map((unit) => (
          <MenuItem key={unit} value={unit}>
            {translate(`app.account.request.${unit}`)}
          </MenuItem>
        ))}
      </TextField>
    </Stack>
  );
}

function What({
  options,
  value,
  onChange,
}: {
  options: Option[];
  value: Option | null;
  onChange: (value: Option | null) => void;
}) {
  const translate = useTranslate();
  return (
    <Autocomplete
      size="small"
      options={options}
      getOptionKey={(option) => `${option.kind} ${option.key}`}
      isOptionEqualToValue={(option, value) => option.kind === value.kind && option.key === value.key}
      value={value}
      onChange={(_event, next) => onChange(next)}
      renderOption={({ key, ...props }, option) => (
        <Box component="li" key={key} {...props}>
          <Box>
            {option.label}
            <Typography variant="body2" color="textSecondary">
              {option.meaning}
            </Typography>
          </Box>
        </Box>
      )}
      renderInput={(params) => (
        <TextField
          {...params}
          required
          label={translate("app.account.request.what")}
          helperText={value?.meaning ?? " "}
        />
      )}
    />
  );
}

interface PickProps {
  access: MyAccess;
  value: string;
  onChange: (value: string) => void;
}

function Where({ access, value, onChange }: PickProps) {
  const translate = useTranslate();
  return (
    <TextField
      select
      label={translate("app.account.request.where")}
      value={value}
      onChange={(event) => onChange(event.target.value)}
      slotProps={{ select: { displayEmpty: true }, inputLabel: { shrink: true } }}
    >
      <MenuItem value="">{translate("app.account.access.everywhere")}</MenuItem>
      {(access.datasets?.nodes ?? []).map((one) => (
        <MenuItem key={one.id} value={one.id}>
          {one.title ? `${one.title} (${one.name})` : one.name}
        </MenuItem>
      ))}
    </TextField>
  );
}

function Person({ access, value, onChange }: PickProps) {
  const translate = useTranslate();
  const session = useSession();
  const people = (access.people?.nodes ?? []).filter((one) => one.id !== session?.user.id);
  return (
    <TextField
      select
      required
      label={translate("app.account.request.person")}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    >
      {people.map((one) => (
        <MenuItem key={one.id} value={one.id}>
          {one.displayName ? `${one.displayName} (${one.email})` : one.email}
        </MenuItem>
      ))}
    </TextField>
  );
}

interface Props {
  mode: "ask" | "delegate";
  access: MyAccess;
  onDone: () => void;
  onClose: () => void;
}

export function RightDialog({ mode, access, onDone, onClose }: Props) {
  const translate = useTranslate();
  const options = useOptions(mode);
  const [what, setWhat] = useState<Option | null>(null);
  const [dataset, setDataset] = useState("");
  const [columns, setColumns] = useState<string[]>([]);
  const [person, setPerson] = useState("");
  const [lasts, setLasts] = useState<{ count: number; unit: "hours" | "days" }>({
    count: DEFAULT_LASTS[mode],
    unit: "days",
  });
  const { act, busy, problem } = useAct(async (reason: string) => {
    if (!what) return;
    const asked: Asked = {
      [what.kind]: what.key,
      objectKind: dataset ? "dataset" : "organization",
      ...(dataset ? { objectId: dataset, columns } : {}),
      reason,
    };
    const duration: Interval = { [lasts.unit]: lasts.count };
    if (mode === "ask") await requestAccess(asked, duration);
    else await delegateAccess(asked, duration, person);
    onDone();
  });
  return (
    <FormDialog
      title={translate(`app.account.request.${mode}`)}
      submit={translate(`app.account.request.${mode}_submit`)}
      busy={busy}
      problem={problem}
      onSubmit={(form) => act(String(form.get("reason") ?? "").trim())}
      onClose={onClose}
      wide
    >
      <Typography color="textSecondary">{translate(`app.account.request.${mode}_text`)}</Typography>
      {mode === "delegate" && <Person access={access} value={person} onChange={setPerson} />}
      <What options={options} value={what} onChange={setWhat} />
      <Where
        access={access}
        value={dataset}
        onChange={(next) => {
          setDataset(next);
          setColumns([]);
        }}
      />
      {mode === "ask" && dataset && <Columns dataset={dataset} value={columns} onChange={setColumns} />}
      <Lasts mode={mode} value={lasts} onChange={setLasts} />
      <TextField
        name="reason"
        required={mode === "ask"}
        multiline
        minRows={2}
        label={translate("app.account.request.reason")}
        helperText={translate(`app.account.request.reason_${mode}`)}
        slotProps={{ htmlInput: { maxLength: MAX_REASON } }}
      />
    </FormDialog>
  );
}
