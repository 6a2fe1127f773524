import { Button, Stack } from "@mui/material";
import { type ReactNode, useState } from "react";
import { useTranslate } from "react-admin";
import { Section } from "../Section.tsx";

interface Props {
  title: ReactNode;
  hint?: ReactNode;
  actions?: ReactNode;
  chart: ReactNode;
  table: ReactNode;
}

/** A picture, and the same as a table for whoever reads better so. */
export function ChartSection({ title, hint, actions, chart, table }: Props) {
  const translate = useTranslate();
  const [asTable, setAsTable] = useState(false);
  return (
    <Section
      title={title}
      hint={hint}
      flush={asTable}
      actions={
        <Stack direction="row" spacing={1} sx={{ alignItems: "center" }}>
          {actions}
          <Button onClick={() => setAsTable(!asTable)} aria-pressed={asTable}>
            {translate(asTable ? "app.ingest.timeline.as_chart" : "app.ingest.timeline.as_table")}
          </Button>
        </Stack>
      }
    >
      {asTable ? table : chart}
    </Section>
  );
}
