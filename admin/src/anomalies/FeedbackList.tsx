import { useTranslate } from "react-admin";
import { PlainTable } from "../access/PlainTable.tsx";
import { personName, usePeopleById } from "../access/usePeople.ts";
import { Ago, Moment } from "../components/Figures.tsx";
import { Section } from "../components/Section.tsx";
import { useFeedback } from "./useAnomalies.ts";

/** What people called expected of a measure. */
export function FeedbackList({ datasetId, measure }: { datasetId: string; measure: string }) {
  const translate = useTranslate();
  const feedback = useFeedback(datasetId, measure).filter(({ verdict }) => verdict === "expected");
  const people = usePeopleById(feedback.map(({ givenBy }) => givenBy));
  if (feedback.length === 0) return null;
  return (
    <Section flush title={translate("app.anomaly.feedback")}>
      <PlainTable
        rows={feedback}
        keyOf={({ id }) => id}
        empty="app.anomaly.none"
        columns={[
          { label: "app.anomaly.when", cell: ({ moment }) => <Moment at={moment} /> },
          { label: "app.quality.rule.note", cell: ({ note }) => note || "–" },
          { label: "app.anomaly.by", cell: ({ givenBy }) => personName(people.get(givenBy ?? ""), givenBy) },
          { label: "app.run.when", cell: ({ createdAt }) => <Ago at={createdAt} /> },
        ]}
      />
    </Section>
  );
}
