import { FormControl, FormControlLabel, FormLabel, Radio, RadioGroup, TextField } from "@mui/material";
import { useId, useState } from "react";
import { useTranslate } from "react-admin";
import { change, useChange } from "../access/api.ts";
import { type Duration, intervalOf } from "../access/duration.ts";
import { FormDialog } from "../access/FormDialog.tsx";
import {
  DurationField,
  type Gift,
  GiftPicker,
  PersonPicker,
  type Target,
  TargetPicker,
  WHOLE,
} from "../access/pickers.tsx";
import { useCatalog } from "../access/useCatalog.ts";
import type { Person } from "../access/usePeople.ts";
import { typedMoment } from "../components/zone.ts";

interface Form {
  person: Person | null;
  effect: "allow" | "deny" | "delegate";
  gift: Gift;
  target: Target;
  duration: Duration;
  starts: string;
  reason: string;
}

async function give({ person, effect, gift, target, duration, starts, reason }: Form): Promise<void> {
  const input = {
    userId: person?.userId,
    lasts: intervalOf(duration),
    [gift.kind]: gift.key,
    objectKind: target.kind,
    ...(target.id ? { objectId: target.id } : {}),
    reason,
  };
  if (effect === "delegate") await change("delegateAccess", input);
  else
    await change("grantAccess", {
      ...input,
      effect,
      ...(starts ? { startsAt: typedMoment(starts)?.toISOString() ?? starts } : {}),
    });
}

function Effect({ form, set }: { form: Form; set: (part: Partial<Form>) => void }) {
  const translate = useTranslate();
  const id = useId();
  return (
    <FormControl>
      <FormLabel id={id}>{translate("app.grants.effect")}</FormLabel>
      <RadioGroup
        row
        aria-labelledby={id}
        value={form.effect}
        onChange={(_event, effect) =>
          set({
            effect: effect as Form["effect"],
            ...(effect === "deny"
              ? {
                  gift: { kind: "permission", key: form.gift.kind === "permission" ? form.gift.key : null },
                }
              : {}),
          })
        }
      >
        {(["allow", "deny", "delegate"] as const).map((effect) => (
          <FormControlLabel
            key={effect}
            value={effect}
            control={<Radio />}
            label={translate(`app.grants.effects.${effect}`)}
          />
        ))}
      </RadioGroup>
    </FormControl>
  );
}

/** Gives somebody more for a time, takes something from them, or passes on a right of one's own. */
export function GrantDialog({ person = null, onClose }: { person?: Person | null; onClose: () => void }) {
  const translate = useTranslate();
  const { catalog } = useCatalog();
  const [form, setForm] = useState<Form>({
    person,
    effect: "allow",
    gift: { kind: "permission", key: null },
    target: WHOLE,
    duration: { amount: "7", unit: "days" },
    starts: "",
    reason: "",
  });
  const set = (part: Partial<Form>) => setForm((before) => ({ ...before, ...part }));
  const save = useChange(async () => {
    await give(form);
    onClose();
  }, "app.grants.given");
  return (
    <FormDialog
      title={translate("app.grants.give")}
      submit={translate("app.grants.give_submit")}
      problem={save.problem}
      busy={save.busy}
      onSubmit={save.act}
      onClose={onClose}
    >
      <PersonPicker
        label={translate("app.grants.who")}
        value={form.person}
        onChange={(chosen) => set({ person: chosen })}
        required
      />
      <Effect form={form} set={set} />
      <GiftPicker
        catalog={catalog}
        gift={form.gift}
        onChange={(gift) => set({ gift })}
        only={form.effect === "deny"}
      />
      <TargetPicker target={form.target} onChange={(target) => set({ target })} />
      <DurationField
        label={translate("app.grants.lasts")}
        value={form.duration}
        onChange={(duration) => set({ duration })}
      />
      {form.effect !== "delegate" && (
        <TextField
          type="datetime-local"
          label={translate("app.grants.starts")}
          helperText={translate("app.grants.starts_help")}
          value={form.starts}
          onChange={(event) => set({ starts: event.target.value })}
          slotProps={{ inputLabel: { shrink: true }, htmlInput: { step: 1 } }}
        />
      )}
      <TextField
        label={translate("app.access.reason_label")}
        value={form.reason}
        onChange={(event) => set({ reason: event.target.value })}
        multiline
        slotProps={{ htmlInput: { maxLength: 2000 } }}
      />
    </FormDialog>
  );
}
