import { Box, Button, MenuItem, TextField } from "@mui/material";
import { useState } from "react";
import { useTranslate } from "react-admin";
import { PersonPicker } from "../access/pickers.tsx";
import type { Person } from "../access/usePeople.ts";
import { NOTHING, type Search } from "./useEvents.ts";

interface Props {
  search: Search;
  onChange: (search: Search) => void;
}

/** By whom, what, on what, when, and how it ended. */
export function Filters({ search, onChange }: Props) {
  const translate = useTranslate();
  const [person, setPerson] = useState<Person | null>(null);
  const word = (key: string) => translate(`app.audit.${key}`);
  const set = (part: Partial<Search>) => onChange({ ...search, ...part });
  const text = (name: "what" | "object", help: string) => (
    <TextField
      label={word(name)}
      helperText={word(help)}
      value={search[name]}
      onChange={(event) => set({ [name]: event.target.value })}
      slotProps={{ htmlInput: { spellCheck: false } }}
    />
  );
  const moment = (name: "from" | "to") => (
    <TextField
      type="datetime-local"
      label={word(name)}
      value={search[name]}
      onChange={(event) => set({ [name]: event.target.value })}
      slotProps={{ inputLabel: { shrink: true } }}
    />
  );
  const filtered = Object.values(search).some(Boolean);
  return (
    <Box
      component="search"
      sx={{
        display: "grid",
        columnGap: 2,
        gridTemplateColumns: "repeat(auto-fill, minmax(220px, 1fr))",
        alignItems: "start",
      }}
    >
      <PersonPicker
        label={word("who")}
        value={person}
        onChange={(chosen) => {
          setPerson(chosen);
          set({ who: chosen?.userId ?? "" });
        }}
      />
      {text("what", "what_help")}
      {text("object", "object_help")}
      {moment("from")}
      {moment("to")}
      <TextField
        select
        label={word("outcome.label")}
        value={search.outcome}
        onChange={(event) => set({ outcome: event.target.value })}
        slotProps={{ select: { displayEmpty: true }, inputLabel: { shrink: true } }}
      >
        <MenuItem value="">{word("outcome.any")}</MenuItem>
        {(["done", "refused"] as const).map((one) => (
          <MenuItem key={one} value={one}>
            {word(`outcome.${one}`)}
          </MenuItem>
        ))}
      </TextField>
      {filtered && (
        <Button
          sx={{ mt: 1, justifySelf: "start" }}
          onClick={() => {
            setPerson(null);
            onChange(NOTHING);
          }}
        >
          {word("clear")}
        </Button>
      )}
    </Box>
  );
}
