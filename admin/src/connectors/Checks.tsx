import { Typography } from "@mui/material";
import { useTranslate } from "react-admin";
import { PlainTable } from "../access/PlainTable.tsx";
import { personName, usePeopleById } from "../access/usePeople.ts";
import { Ago, Duration } from "../components/Figures.tsx";
import { Section } from "../components/Section.tsx";
import { told } from "../providers/errors.ts";
import { StatusChip } from "../runs/StatusChip.tsx";
import type { Check } from "./types.ts";

function Told({ check }: { check: Check }) {
  const translate = useTranslate();
  if (check.error)
    return (
      <Typography variant="body2" color="error">
        {told(check.error)} ({check.error.code})
      </Typography>
    );
  if (check.result?.found)
    return <>{translate("app.ingest.find.title", { smart_count: check.result.found.length })}</>;
  return <>{check.result?.message ?? ""}</>;
}

/** Tests and discoveries of a connector, the newest first. */
export function Checks({ checks }: { checks: Check[] }) {
  const translate = useTranslate();
  const people = usePeopleById(checks.map(({ requestedBy }) => requestedBy));
  return (
    <Section flush title={translate("app.ingest.check.title")} hint={translate("app.ingest.check.hint")}>
      <PlainTable
        rows={checks}
        keyOf={({ id }) => id}
        empty="app.ingest.check.none"
        columns={[
          { label: "app.run.status.label", cell: ({ status }) => <StatusChip status={status} /> },
          { label: "app.ingest.check.what", cell: ({ kind }) => translate(`app.ingest.check.kind.${kind}`) },
          { label: "app.ingest.check.told", cell: (check) => <Told check={check} /> },
          { label: "app.run.when", cell: ({ createdAt }) => <Ago at={createdAt} /> },
          {
            label: "app.run.took",
            cell: ({ createdAt, finishedAt }) => <Duration from={createdAt} to={finishedAt} />,
          },
          {
            label: "app.ingest.by",
            cell: ({ requestedBy }) =>
              requestedBy
                ? personName(people.get(requestedBy), requestedBy)
                : translate("app.ingest.check.by_clock"),
          },
        ]}
      />
    </Section>
  );
}
