import { Button, Stack } from "@mui/material";
import { type FormEvent, useState } from "react";
import { Link, type RaRecord, useCreate, useNotify, useRedirect, useTranslate } from "react-admin";
import { useParams } from "react-router-dom";
import { useMayOn } from "../access/useMayOn.ts";
import { Page } from "../components/Page.tsx";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { Section } from "../components/Section.tsx";
import { ReasonField } from "../history/ReasonField.tsx";
import { type Problem, problemOf } from "../providers/errors.ts";
import { Withdrawn } from "../providers/proof.ts";
import type { Column, Description } from "../providers/records.ts";
import type { Row } from "../providers/shapes.ts";
import { messageAt, misfit } from "./problem.ts";
import { RecordInput } from "./RecordInput.tsx";
import { useDescription } from "./useDescription.ts";
import { fromInput } from "./values.tsx";

/** What was typed, column by column. */
type Typed = [column: Column, text: string][];

const typedIn = (form: FormData, { columns }: Description): Typed =>
  columns.map((column) => [column, String(form.get(column.attribute) ?? "")]);

/** An emptied field is left out: the row has none. */
const rowOf = (typed: Typed): Row =>
  Object.fromEntries(
    typed
      .filter(([, text]) => text !== "")
      .map(([column, text]) => [column.attribute, fromInput(text, column)]),
  );

function Form({ description }: { description: Description }) {
  const translate = useTranslate();
  const notify = useNotify();
  const redirect = useRedirect();
  const [problem, setProblem] = useState<Problem | null>(null);
  const [misfits, setMisfits] = useState<ReadonlyMap<string, string>>(new Map());
  const [reason, setReason] = useState("");
  const [create, { isPending }] = useCreate<RaRecord>();
  const { name } = description.dataset;
  const save = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setProblem(null);
    const typed = typedIn(new FormData(event.currentTarget), description);
    const wrong = new Map(
      typed.flatMap(([column, text]): [string, string][] => {
        const what = misfit(text, column);
        return what ? [[column.attribute, translate(`app.record.misfit.${what}`)]] : [];
      }),
    );
    setMisfits(wrong);
    const [first] = wrong.keys();
    if (first !== undefined) {
      // To where it is, also for whoever does not see the page.
      event.currentTarget.querySelector<HTMLElement>(`[name="${CSS.escape(first)}"]`)?.focus();
      return;
    }
    create(
      `records/${name}`,
      { data: { row: rowOf(typed) }, meta: { reason: reason.trim() } },
      {
        onSuccess: ({ id }: RaRecord) => {
          notify("app.record.added", { type: "success" });
          redirect(`/records/${name}/${encodeURIComponent(String(id))}`);
        },
        onError: (error: unknown) => setProblem(error instanceof Withdrawn ? null : problemOf(error)),
      },
    );
  };
  return (
    <Stack component="form" noValidate onSubmit={save} spacing={1.5} sx={{ maxWidth: 720 }}>
      {problem && <ProblemAlert problem={problem} />}
      {description.columns.map((column) => (
        <RecordInput
          key={column.attribute}
          column={column}
          text=""
          problem={misfits.get(column.attribute) ?? messageAt(problem, column)}
          keyFixed={false}
        />
      ))}
      <ReasonField value={reason} onChange={setReason} problem={problem?.code === "HS001"} />
      <Stack direction="row" spacing={1} sx={{ pt: 1 }}>
        <Button type="submit" variant="contained" loading={isPending}>
          {translate("app.record.add_save")}
        </Button>
        <Button component={Link} to={`/records/${name}`}>
          {translate("ra.action.cancel")}
        </Button>
      </Stack>
    </Stack>
  );
}

/** A row that no file brought: its first version, signed by whoever adds it. */
export default function NewRecord() {
  const translate = useTranslate();
  const { dataset = "" } = useParams();
  const { description, error } = useDescription(dataset);
  const mayAdd = useMayOn("record.create", description?.dataset.id);
  const open = mayAdd && description?.current.create !== undefined;
  return (
    <Page
      title={translate("app.record.add_to", { name: dataset })}
      subtitle={translate("app.record.add_text")}
      crumbs={[
        { label: translate("app.dataset.title"), to: "/datasets" },
        { label: dataset, to: `/records/${dataset}` },
      ]}
    >
      {error ? <ProblemAlert problem={problemOf(error)} /> : null}
      {description && !open && (
        <ProblemAlert
          severity="warning"
          problem={{
            code: "FORBIDDEN",
            message: translate("app.access.gate"),
            hint: translate("app.access.gate_hint", { permissions: "record.create" }),
          }}
        />
      )}
      {description && open && (
        <Section>
          <Form description={description} />
        </Section>
      )}
    </Page>
  );
}
