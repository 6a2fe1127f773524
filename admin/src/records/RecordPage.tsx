import { Chip, Stack, Typography } from "@mui/material";
import { useMemo } from "react";
import { useGetList, useTranslate } from "react-admin";
import { useParams } from "react-router-dom";
import { Page } from "../components/Page.tsx";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { problemOf } from "../providers/errors.ts";
import type { Description } from "../providers/records.ts";
import { keyOf } from "../providers/shapes.ts";
import { RecordValues } from "./RecordValues.tsx";
import type { Version } from "./types.ts";
import { useDescription } from "./useDescription.ts";
import { Versions } from "./Versions.tsx";

const MAX_VERSIONS = 200;

function useVersions(description: Description, id: string) {
  const filter = useMemo(
    () =>
      Object.fromEntries(
        Object.entries(keyOf(description.current, id)).map(([attribute, value]) => [
          `row.${attribute}`,
          value,
        ]),
      ),
    [description, id],
  );
  return useGetList<Version>(`versions/${description.dataset.name}`, {
    filter,
    sort: { field: "row.version", order: "DESC" },
    pagination: { page: 1, perPage: MAX_VERSIONS },
  });
}

function Content({ description, id }: { description: Description; id: string }) {
  const translate = useTranslate();
  const { data: versions, error, refetch } = useVersions(description, id);
  if (error) return <ProblemAlert problem={problemOf(error)} />;
  if (!versions) return null;
  const newest = versions[0];
  if (!newest) {
    return (
      <ProblemAlert
        problem={{
          code: "NOT_FOUND",
          message: translate("app.record.gone"),
          hint: translate("app.record.gone_hint"),
        }}
      />
    );
  }
  return (
    <Stack direction={{ xs: "column", lg: "row" }} spacing={2} sx={{ alignItems: "flex-start" }}>
      <RecordValues
        key={`${id} ${newest.row.version}`}
        description={description}
        version={newest}
        recordId={id}
        onChanged={refetch}
      />
      <Versions description={description} versions={versions} onRestored={refetch} />
    </Stack>
  );
}

/** One row: its values now, and how it came to be so. */
export default function RecordPage() {
  const translate = useTranslate();
  const { dataset = "", id = "" } = useParams();
  const { description, error } = useDescription(dataset);
  const crumbs = [
    { label: translate("app.dataset.title"), to: "/datasets" },
    { label: dataset, to: `/records/${dataset}` },
  ];
  const key = description ? Object.entries(keyOf(description.current, id)) : [];
  const title = key.map(([, value]) => String(value)).join(" · ");
  // Without a business key a row is known by its file and line; the file's id says nothing to people.
  const appended = description?.dataset.keyFields.length === 0;
  return (
    <Page
      title={
        appended ? translate("app.record.line", { line: String(key.at(-1)?.[1]) }) : `${dataset} · ${title}`
      }
      crumbs={crumbs}
      subtitle={
        <Stack direction="row" useFlexGap spacing={0.5} sx={{ flexWrap: "wrap", alignItems: "center" }}>
          <Typography component="span" variant="body2">
            {translate("app.record.key")}
          </Typography>
          {(description?.key ?? []).map(({ name }) => (
            <Chip key={name} label={name} sx={{ fontFamily: "monospace" }} />
          ))}
        </Stack>
      }
    >
      {error ? <ProblemAlert problem={problemOf(error)} /> : null}
      {description && <Content description={description} id={id} />}
    </Page>
  );
}
