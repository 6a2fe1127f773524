import { Button, Typography } from "@mui/material";
import { useState } from "react";
import { useTranslate } from "react-admin";
import { change, useChange } from "../access/api.ts";
import { type Duration, durationOf, intervalOf } from "../access/duration.ts";
import { FormDialog } from "../access/FormDialog.tsx";
import { DurationField } from "../access/pickers.tsx";
import type { Fresh } from "./List.tsx";

const USUAL: Duration = { amount: "1", unit: "days" };

/** How old a dataset may become, or that nobody minds any more. */
export function BoundDialog({ dataset, onClose }: { dataset: Fresh; onClose: () => void }) {
  const translate = useTranslate();
  const { name, freshness } = dataset;
  const [age, setAge] = useState(freshness ? durationOf(freshness.maxAge) : USUAL);
  const save = useChange(async (maxAge: Duration | null) => {
    await change("setFreshness", { dataset: name, maxAge: maxAge ? intervalOf(maxAge) : null });
    onClose();
  }, "app.ingest.saved");
  return (
    <FormDialog
      title={translate("app.freshness.set_of", { name })}
      submit={translate("ra.action.save")}
      problem={save.problem}
      busy={save.busy}
      onSubmit={() => save.act(age)}
      onClose={onClose}
    >
      <Typography color="textSecondary" sx={{ mb: 1.5 }}>
        {translate("app.freshness.text")}
      </Typography>
      <DurationField label={translate("app.freshness.bound")} value={age} onChange={setAge} />
      {freshness && (
        <Button color="error" loading={save.busy} onClick={() => save.act(null)}>
          {translate("app.freshness.remove")}
        </Button>
      )}
    </FormDialog>
  );
}
