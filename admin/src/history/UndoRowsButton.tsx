import UndoIcon from "@mui/icons-material/Undo";
import { Button } from "@mui/material";
import { useState } from "react";
import { useListContext, useTranslate } from "react-admin";
import { FormDialog } from "../access/FormDialog.tsx";
import { problemOf } from "../providers/errors.ts";
import { type Description, sqlKey } from "../providers/records.ts";
import { keyOf } from "../providers/shapes.ts";
import { type Moment, MomentChoice, NOW } from "./MomentChoice.tsx";
import { UndoDialog } from "./UndoDialog.tsx";

/** Brings the chosen rows of a list back to how they were at a moment. */
export function UndoRowsButton({ description }: { description: Description }) {
  const translate = useTranslate();
  const { selectedIds, onUnselectItems } = useListContext();
  const [step, setStep] = useState<"closed" | "moment" | "preview">("closed");
  const [moment, setMoment] = useState<Moment>(NOW);
  const [missing, setMissing] = useState(false);
  const title = translate("app.history.undo_rows_title", { smart_count: selectedIds.length });
  const close = () => {
    setStep("closed");
    setMissing(false);
  };
  return (
    <>
      <Button startIcon={<UndoIcon />} onClick={() => setStep("moment")}>
        {translate("app.history.undo_rows")}
      </Button>
      {step === "moment" && (
        <FormDialog
          title={title}
          submit={translate("app.history.preview")}
          problem={missing ? problemOf(new Error(translate("app.history.choose_moment"))) : null}
          busy={false}
          onSubmit={() => (moment.iso ? setStep("preview") : setMissing(true))}
          onClose={close}
        >
          <MomentChoice
            datasetId={description.dataset.id}
            moment={moment}
            onMoment={setMoment}
            label="app.history.undo_rows_text"
          />
        </FormDialog>
      )}
      {step === "preview" && moment.iso && (
        <UndoDialog
          title={title}
          target={{
            kind: "rows",
            datasetId: description.dataset.id,
            keys: selectedIds.map((id) => sqlKey(description, keyOf(description.current, id))),
            toAt: moment.iso,
          }}
          onClose={() => {
            close();
            onUnselectItems();
          }}
        />
      )}
    </>
  );
}
