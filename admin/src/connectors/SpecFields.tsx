import { Box, MenuItem, TextField } from "@mui/material";
import { useTranslate } from "react-admin";
import type { Problem } from "../providers/errors.ts";
import { isAbout, type Texts } from "./specs.ts";
import type { Spec, Specs } from "./types.ts";

/** Texts of several lines: certificates, keys, JSON, one value a line. */
const LONG = new Set([
  "ca",
  "privateKey",
  "serviceAccount",
  "headers",
  "query",
  "pagination",
  "cursor",
  "columns",
]);
const LONGEST_SHORT = 5_000;
const isLong = (name: string, spec: Spec): boolean =>
  LONG.has(name) ||
  spec.type === "object" ||
  spec.type === "list" ||
  (spec.type === "text" && (spec.max ?? 0) > LONGEST_SHORT);

interface Props {
  specs: Specs;
  values: Texts;
  onChange: (values: Texts) => void;
  problem: Problem | null;
  /** Parts of a secret are not shown while they are typed, nor remembered by the browser. */
  secret?: boolean;
  /** A secret that is there stays where nothing is typed. */
  optional?: boolean;
}

function Field({ name, spec, ...props }: { name: string; spec: Spec } & Omit<Props, "specs">) {
  const translate = useTranslate();
  const { values, onChange, problem, secret = false, optional = false } = props;
  const long = isLong(name, spec);
  const wrong = isAbout(problem, name);
  const help = translate(`app.ingest.field_help.${name}`, { _: spec.title ?? "" });
  return (
    <TextField
      name={name}
      label={translate(`app.ingest.fields.${name}`, { _: name })}
      value={values[name] ?? ""}
      required={Boolean(spec.required) && !optional}
      error={wrong}
      helperText={wrong ? problem?.message : help}
      onChange={(event) => onChange({ ...values, [name]: event.target.value })}
      autoComplete={secret ? "new-password" : "off"}
      {...(spec.type === "choice" ? { select: true } : {})}
      {...(long ? { multiline: true, minRows: 2, maxRows: 8, sx: { gridColumn: "1 / -1" } } : {})}
      type={
        secret && !long ? "password" : spec.type === "integer" || spec.type === "number" ? "number" : "text"
      }
      slotProps={{
        htmlInput: {
          spellCheck: false,
          ...(spec.min === undefined ? {} : { min: spec.min }),
          ...(spec.max === undefined || spec.type === "text" ? {} : { max: spec.max }),
          ...(spec.type === "number" ? { step: "any" } : {}),
        },
      }}
    >
      {spec.type === "choice" && [
        ...(spec.required
          ? []
          : [
              <MenuItem key="" value="">
                {translate("app.ingest.as_usual")}
              </MenuItem>,
            ]),
        ...(spec.choices ?? []).map((choice) => (
          <MenuItem key={choice} value={choice}>
            {translate(`app.ingest.choices.${name}.${choice}`, { _: choice })}
          </MenuItem>
        )),
      ]}
    </TextField>
  );
}

/** What is needed first, then what may be said besides; in the order in which people think of it. */
const ORDER = [
  "endpoint",
  "baseUrl",
  "brokers",
  "host",
  "port",
  "bucket",
  "database",
  "user",
  "auth",
  "path",
  "table",
];
const place = (name: string): number => (ORDER.indexOf(name) + ORDER.length + 1) % (ORDER.length + 1);

export function SpecFields({ specs, ...props }: Props) {
  const entries = Object.entries(specs).sort(
    ([a, one], [b, other]) =>
      Number(Boolean(other.required)) - Number(Boolean(one.required)) ||
      Number(isLong(a, one)) - Number(isLong(b, other)) ||
      place(a) - place(b),
  );
  return (
    <Box sx={{ display: "grid", columnGap: 2, gridTemplateColumns: { sm: "1fr 1fr" }, alignItems: "start" }}>
      {entries.map(([name, spec]) => (
        <Field key={name} name={name} spec={spec} {...props} />
      ))}
    </Box>
  );
}
