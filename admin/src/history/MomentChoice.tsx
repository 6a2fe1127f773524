import { MenuItem, Stack, TextField } from "@mui/material";
import { useEffect, useState } from "react";
import { useTranslate } from "react-admin";
import { formatMoment } from "../components/format.ts";
import { useLanguage } from "../components/useLanguage.ts";
import { typedMoment as momentOf, typedText, useZone } from "../components/zone.ts";
import { type Load, useLoads } from "./api.ts";

/** A moment: as the loads give it, to the microsecond, or as somebody typed it. Null: now. */
export interface Moment {
  iso: string | null;
  /** The load that left it so. */
  load: string | null;
}

export const NOW: Moment = { iso: null, load: null };

export const momentOfLoad = (load: Load): string => load.mergedAt ?? load.finishedAt;

/** A load in one line: its file, or what it was, and when. */
export function useLoadText(): (load: Load) => string {
  const translate = useTranslate();
  const locale = useLanguage();
  return (load) => {
    const name = load.undoOf ? translate("app.history.an_undo") : load.file?.fileName;
    const at = formatMoment(locale, new Date(momentOfLoad(load)));
    return `${name ?? translate("app.history.a_load")} · ${at}`;
  };
}

/** What an input of date and time holds, as a moment. */
export function typedMoment(text: string): Moment {
  return { iso: momentOf(text)?.toISOString() ?? null, load: null };
}

/** The address of a dataset's rows, as they were at a moment where one is given. */
export function recordsAt(dataset: string, iso: string | null, load: string | null = null): string {
  const at = iso ? `/as-of/${encodeURIComponent(iso)}${load ? `/${load}` : ""}` : "";
  return `/records/${dataset}${at}`;
}

function MomentField({ moment, onMoment, label }: Required<Omit<Props, "datasetId">>) {
  const translate = useTranslate();
  const { iso } = moment;
  const zone = useZone();
  const [text, setText] = useState("");
  // What is being typed stays; another moment, another zone, or now, replaces it.
  useEffect(() => {
    setText((typed) => (typedMoment(typed).iso === iso ? typed : iso ? typedText(iso) : ""));
  }, [iso, zone]);
  return (
    <TextField
      type="datetime-local"
      label={translate(label)}
      value={text}
      onChange={({ target }) => {
        setText(target.value);
        // Half a date is none yet, and does not lead back to now.
        if (!(target instanceof HTMLInputElement && target.validity.badInput))
          onMoment(typedMoment(target.value));
      }}
      margin="none"
      slotProps={{ inputLabel: { shrink: true }, htmlInput: { step: 1 } }}
      sx={{ width: 235, bgcolor: "background.paper" }}
    />
  );
}

interface Props {
  datasetId: string | undefined;
  moment: Moment;
  onMoment: (moment: Moment) => void;
  label?: string;
}

/** A date and time, or one of the last loads: whichever is set last counts. */
export function MomentChoice({ datasetId, moment, onMoment, label = "app.record.as_of" }: Props) {
  const translate = useTranslate();
  const textOf = useLoadText();
  const { loads = [] } = useLoads(datasetId);
  const known = loads.some(({ id }) => id === moment.load);
  const choose = (id: string) => {
    const load = loads.find((one) => one.id === id);
    onMoment(load ? { iso: momentOfLoad(load), load: id } : NOW);
  };
  return (
    <Stack direction="row" spacing={1} useFlexGap sx={{ flexWrap: "wrap" }}>
      <MomentField moment={moment} onMoment={onMoment} label={label} />
      {loads.length > 0 && (
        <TextField
          select
          label={translate("app.history.as_load")}
          value={known ? moment.load : moment.iso ? "typed" : "now"}
          onChange={(event) => choose(event.target.value)}
          margin="none"
          sx={{ width: 235, bgcolor: "background.paper" }}
        >
          <MenuItem value="now">{translate("app.history.now")}</MenuItem>
          {/* Another moment than a load's: chosen beside this. */}
          {moment.iso && !known && (
            <MenuItem value="typed" disabled>
              –
            </MenuItem>
          )}
          {loads.map((load) => (
            <MenuItem key={load.id} value={load.id}>
              {textOf(load)}
            </MenuItem>
          ))}
        </TextField>
      )}
    </Stack>
  );
}
