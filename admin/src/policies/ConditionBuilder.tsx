import AddIcon from "@mui/icons-material/Add";
import DeleteIcon from "@mui/icons-material/DeleteOutlined";
import { Autocomplete, Box, Button, Chip, IconButton, MenuItem, Stack, TextField } from "@mui/material";
import { useTranslate } from "react-admin";
import {
  COMPARISONS,
  type Comparison,
  negated,
  newComparison,
  newGroup,
  type Operand,
  type Part,
  type Source,
} from "./condition.ts";

/** Names that may be asked about, by where they are. */
export type Names = Record<Source, string[]>;

interface Shared {
  names: Names;
  /** Filters and masks may ask about columns; permissions may not. */
  sources: readonly Source[];
}

const MAX_DEPTH = 8;

interface OperandProps extends Shared {
  label: string;
  operand: Operand;
  onChange: (operand: Operand) => void;
  values: boolean;
}

function OperandFields({ label, operand, onChange, values, names, sources }: OperandProps) {
  const translate = useTranslate();
  const kinds = values ? (["value", ...sources] as const) : sources;
  return (
    <Stack direction="row" spacing={0.5} sx={{ flex: 1, minWidth: 240 }}>
      <TextField
        select
        margin="none"
        label={label}
        value={operand.kind}
        onChange={(event) => onChange({ kind: event.target.value as Operand["kind"], text: "" })}
        sx={{ width: 130, flexShrink: 0 }}
      >
        {kinds.map((kind) => (
          <MenuItem key={kind} value={kind}>
            {translate(`app.policies.source.${kind}`)}
          </MenuItem>
        ))}
      </TextField>
      {operand.kind === "value" ? (
        <TextField
          margin="none"
          label={translate("app.policies.value")}
          value={operand.text}
          onChange={(event) => onChange({ ...operand, text: event.target.value })}
        />
      ) : (
        <Autocomplete
          freeSolo
          options={names[operand.kind]}
          inputValue={operand.text}
          onInputChange={(_event, text) => onChange({ ...operand, text })}
          renderInput={(params) => (
            <TextField {...params} margin="none" label={translate("app.policies.attribute")} />
          )}
        />
      )}
    </Stack>
  );
}

interface PartProps extends Shared {
  part: Part;
  depth: number;
  onChange: (part: Part) => void;
  onRemove: () => void;
}

function ComparisonRow({ part, onChange, onRemove, ...shared }: PartProps) {
  const translate = useTranslate();
  if (!("left" in part)) return null;
  return (
    <Stack
      direction={{ xs: "column", md: "row" }}
      spacing={1}
      useFlexGap
      sx={{ alignItems: { md: "center" }, flexWrap: "wrap" }}
    >
      <OperandFields
        {...shared}
        label={translate("app.policies.left")}
        operand={part.left}
        onChange={(left) => onChange({ ...part, left })}
        values={false}
      />
      <TextField
        select
        margin="none"
        label={translate("app.policies.operator")}
        value={part.op}
        onChange={(event) => onChange({ ...part, op: event.target.value as Comparison })}
        sx={{ width: 170, flexShrink: 0 }}
      >
        {COMPARISONS.map((op) => (
          <MenuItem key={op} value={op}>
            {translate(`app.policies.op.${op}`)}
          </MenuItem>
        ))}
      </TextField>
      {part.op !== "is_null" && (
        <OperandFields
          {...shared}
          label={translate("app.policies.right")}
          operand={part.right}
          onChange={(right) => onChange({ ...part, right })}
          values
        />
      )}
      <RemoveButton onRemove={onRemove} />
    </Stack>
  );
}

function RemoveButton({ onRemove }: { onRemove: () => void }) {
  const translate = useTranslate();
  return (
    <IconButton onClick={onRemove} aria-label={translate("app.policies.remove_part")}>
      <DeleteIcon fontSize="small" />
    </IconButton>
  );
}

function Group({ part, depth, onChange, onRemove, ...shared }: PartProps) {
  const translate = useTranslate();
  if (part.op !== "all" && part.op !== "any" && part.op !== "not") return null;
  const parts: Part[] = part.parts;
  const put = (next: Part[]) => {
    const [first] = next;
    if (!first) return onRemove();
    onChange(part.op === "not" ? { ...part, parts: [first] } : { ...part, parts: next });
  };
  const setOp = (op: "all" | "any" | "not") => {
    if (op === part.op) return;
    if (op !== "not") return onChange(newGroup(op, parts));
    const [first, ...more] = parts;
    onChange(
      negated(first && more.length === 0 ? first : newGroup(part.op === "any" ? "any" : "all", parts)),
    );
  };
  const start = shared.sources[0] ?? "user";
  return (
    <Box
      role="group"
      aria-label={translate(`app.policies.group.${part.op}`)}
      sx={{ borderLeft: 3, borderColor: "primary.main", pl: 1.5, py: 0.5 }}
    >
      <Stack direction="row" spacing={1} sx={{ alignItems: "center", mb: 1 }}>
        <TextField
          select
          margin="none"
          label={translate("app.policies.joined")}
          value={part.op}
          onChange={(event) => setOp(event.target.value as "all" | "any" | "not")}
          sx={{ width: 230 }}
        >
          {(["all", "any", "not"] as const).map((op) => (
            <MenuItem key={op} value={op}>
              {translate(`app.policies.group.${op}`)}
            </MenuItem>
          ))}
        </TextField>
        <RemoveButton onRemove={onRemove} />
      </Stack>
      <Stack spacing={1.25}>
        {parts.map((one) => (
          <ConditionPart
            {...shared}
            key={one.id}
            part={one}
            depth={depth + 1}
            onChange={(next) => put(parts.map((other) => (other.id === one.id ? next : other)))}
            onRemove={() => put(parts.filter(({ id }) => id !== one.id))}
          />
        ))}
      </Stack>
      {part.op !== "not" && (
        <Stack direction="row" spacing={1} sx={{ mt: 1 }}>
          <Button startIcon={<AddIcon />} onClick={() => put([...parts, newComparison(start)])}>
            {translate("app.policies.add_comparison")}
          </Button>
          {depth < MAX_DEPTH - 1 && (
            <Button
              startIcon={<AddIcon />}
              onClick={() => put([...parts, newGroup("any", [newComparison(start)])])}
            >
              {translate("app.policies.add_group")}
            </Button>
          )}
        </Stack>
      )}
    </Box>
  );
}

function ConditionPart(props: PartProps) {
  const translate = useTranslate();
  const { part, onRemove } = props;
  if (part.op === "all" || part.op === "any" || part.op === "not") return <Group {...props} />;
  if (part.op === "json") {
    return (
      <Stack direction="row" spacing={1} sx={{ alignItems: "center" }}>
        <Chip
          label={JSON.stringify(part.json)}
          title={translate("app.policies.only_json")}
          sx={{ fontFamily: "monospace" }}
        />
        <RemoveButton onRemove={onRemove} />
      </Stack>
    );
  }
  return <ComparisonRow {...props} />;
}

interface Props extends Shared {
  root: Part | null;
  onChange: (root: Part | null) => void;
}

/** A condition drawn: groups of all, any and not, and comparisons within them. */
export function ConditionBuilder({ root, onChange, ...shared }: Props) {
  const translate = useTranslate();
  if (!root) {
    const start = shared.sources[0] ?? "user";
    return (
      <Button
        variant="outlined"
        startIcon={<AddIcon />}
        onClick={() => onChange(newGroup("all", [newComparison(start)]))}
      >
        {translate("app.policies.add_condition")}
      </Button>
    );
  }
  return (
    <ConditionPart {...shared} part={root} depth={1} onChange={onChange} onRemove={() => onChange(null)} />
  );
}
