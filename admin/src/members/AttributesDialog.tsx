import DeleteIcon from "@mui/icons-material/DeleteOutlined";
import { Autocomplete, Button, IconButton, Stack, TextField, Typography } from "@mui/material";
import { useState } from "react";
import { useTranslate } from "react-admin";
import { change, useChange } from "../access/api.ts";
import { FormDialog } from "../access/FormDialog.tsx";
import type { Member } from "./types.ts";

interface Pair {
  id: number;
  name: string;
  value: string;
}

const USUAL = ["department", "region", "clearance"];

const textOf = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

/** Numbers, true, false, lists and quoted texts are themselves; anything else is a text. */
function typedOf(text: string): unknown {
  if (!/^(-?\d+(\.\d+)?|true|false|null|\[.*\]|\{.*\}|".*")$/s.test(text.trim())) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function pairsOf(attributes: Record<string, unknown>): Pair[] {
  return Object.entries(attributes).map(([name, value], id) => ({ id, name, value: textOf(value) }));
}

/** What policies ask about a person, as names and values. */
export function AttributesDialog({ member, onClose }: { member: Member; onClose: () => void }) {
  const translate = useTranslate();
  const [pairs, setPairs] = useState(() => pairsOf(member.attributes));
  const [next, setNext] = useState(1000);
  const save = useChange(async () => {
    const named = pairs.filter(({ name }) => name.trim() !== "");
    const attributes = Object.fromEntries(named.map(({ name, value }) => [name.trim(), typedOf(value)]));
    await change("setMemberAttributes", { userId: member.userId, attributes });
    onClose();
  }, "app.members.attributes_saved");
  const set = (id: number, part: Partial<Pair>) =>
    setPairs((before) => before.map((pair) => (pair.id === id ? { ...pair, ...part } : pair)));
  return (
    <FormDialog
      title={translate("app.members.attributes")}
      submit={translate("ra.action.save")}
      problem={save.problem}
      busy={save.busy}
      onSubmit={save.act}
      onClose={onClose}
    >
      <Typography color="textSecondary" gutterBottom>
        {translate("app.members.attributes_hint")}
      </Typography>
      {pairs.map((pair) => (
        <Stack key={pair.id} direction="row" spacing={1} useFlexGap sx={{ alignItems: "center" }}>
          <Autocomplete
            freeSolo
            options={USUAL}
            inputValue={pair.name}
            onInputChange={(_event, name) => set(pair.id, { name })}
            renderInput={(params) => <TextField {...params} label={translate("app.members.attribute")} />}
          />
          <TextField
            label={translate("app.members.attribute_value")}
            value={pair.value}
            onChange={(event) => set(pair.id, { value: event.target.value })}
          />
          <IconButton
            onClick={() => setPairs((before) => before.filter(({ id }) => id !== pair.id))}
            aria-label={`${translate("ra.action.remove")}: ${pair.name}`}
          >
            <DeleteIcon />
          </IconButton>
        </Stack>
      ))}
      <Button
        onClick={() => {
          setPairs((before) => [...before, { id: next, name: "", value: "" }]);
          setNext(next + 1);
        }}
      >
        {translate("app.members.attribute_add")}
      </Button>
    </FormDialog>
  );
}
