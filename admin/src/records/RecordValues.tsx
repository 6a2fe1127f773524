import { Box, Button, Stack, Typography } from "@mui/material";
import { useState } from "react";
import { Confirm, useDelete, useNotify, useRedirect, useTranslate } from "react-admin";
import { useMayOn } from "../access/useMayOn.ts";
import { Section } from "../components/Section.tsx";
import { problemOf, sentence } from "../providers/errors.ts";
import { Withdrawn } from "../providers/proof.ts";
import type { Description } from "../providers/records.ts";
import { RecordForm } from "./RecordForm.tsx";
import type { Version } from "./types.ts";
import { Value } from "./values.tsx";

interface Props {
  description: Description;
  version: Version;
  recordId: string;
  onChanged: () => void;
}

function DeleteButton({ description, version, recordId }: Omit<Props, "onChanged">) {
  const translate = useTranslate();
  const notify = useNotify();
  const redirect = useRedirect();
  const [asking, setAsking] = useState(false);
  const [remove, { isPending }] = useDelete();
  const { name } = description.dataset;
  const confirm = () =>
    remove(
      `records/${name}`,
      { id: recordId, previousData: { id: recordId, row: version.row } },
      {
        mutationMode: "pessimistic",
        onSuccess: () => {
          notify("app.record.deleted", { type: "success" });
          redirect(`/records/${name}`);
        },
        onError: (error: unknown) => {
          setAsking(false);
          if (error instanceof Withdrawn) return;
          notify(sentence(problemOf(error)), { type: "error" });
        },
      },
    );
  return (
    <>
      <Button color="error" onClick={() => setAsking(true)}>
        {translate("ra.action.delete")}
      </Button>
      <Confirm
        isOpen={asking}
        loading={isPending}
        title="app.record.delete_title"
        content="app.record.delete_text"
        confirmColor="warning"
        onConfirm={confirm}
        onClose={() => setAsking(false)}
      />
    </>
  );
}

function ValueList({ description, version }: { description: Description; version: Version }) {
  return (
    <Box
      component="dl"
      sx={{
        m: 0,
        display: "grid",
        gridTemplateColumns: "minmax(110px, max-content) 1fr",
        columnGap: 3,
        rowGap: 1,
      }}
    >
      {description.columns.map((column) => (
        <Box key={column.attribute} sx={{ display: "contents" }}>
          <Typography component="dt" color="textSecondary" sx={{ fontFamily: "monospace" }}>
            {column.name}
          </Typography>
          <Typography component="dd" sx={{ m: 0, fontWeight: column.isKey ? 650 : 400 }}>
            <Value value={version.row[column.attribute]} type={column.type} whole />
          </Typography>
        </Box>
      ))}
    </Box>
  );
}

/** The row's values now; to be edited where that is allowed, or the last ones of a deleted row. */
export function RecordValues({ description, version, recordId, onChanged }: Props) {
  const translate = useTranslate();
  const [editing, setEditing] = useState(false);
  const deleted = version.row.changeType === "delete";
  const mayEdit =
    useMayOn("record.edit", description.dataset.id) && description.current.update !== undefined && !deleted;
  const mayDelete =
    useMayOn("record.delete", description.dataset.id) && description.current.remove !== undefined && !deleted;
  return (
    <Section
      title={translate(deleted ? "app.record.last_values" : "app.record.values")}
      sx={{ flex: "1 1 45%", width: "100%" }}
      actions={
        !editing && (
          <Stack direction="row" spacing={1}>
            {mayDelete && <DeleteButton description={description} version={version} recordId={recordId} />}
            {mayEdit && (
              <Button variant="contained" onClick={() => setEditing(true)}>
                {translate("ra.action.edit")}
              </Button>
            )}
          </Stack>
        )
      }
    >
      {editing ? (
        <RecordForm
          description={description}
          version={version}
          recordId={recordId}
          onCancel={() => setEditing(false)}
          onSaved={() => {
            setEditing(false);
            onChanged();
          }}
        />
      ) : (
        <ValueList description={description} version={version} />
      )}
    </Section>
  );
}
