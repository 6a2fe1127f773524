import FreshIcon from "@mui/icons-material/UpdateOutlined";
import { Button, Chip, Link as MuiLink, Typography } from "@mui/material";
import { useState } from "react";
import { Link, useTranslate } from "react-admin";
import type { Nodes } from "../access/api.ts";
import { type Interval, lengthText } from "../access/duration.ts";
import { Gate } from "../access/Gate.tsx";
import { type Column, PlainTable } from "../access/PlainTable.tsx";
import { EmptyState } from "../components/EmptyState.tsx";
import { Ago } from "../components/Figures.tsx";
import { Page } from "../components/Page.tsx";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { Section } from "../components/Section.tsx";
import { useLanguage } from "../components/useLanguage.ts";
import { NOW_AND_THEN_MS, useAsked } from "../connectors/useAsked.ts";
import { useMay } from "../layout/useSession.ts";
import { problemOf } from "../providers/errors.ts";
import { UploadButton } from "../runs/UploadButton.tsx";
import { BoundDialog } from "./BoundDialog.tsx";

export interface Fresh {
  id: string;
  name: string;
  loadedAt: string | null;
  freshness: { maxAge: Interval; lateSince: string | null } | null;
}

const MOST = 1000;
const LIST = `query Freshness {
  datasets(first: ${MOST}, orderBy: [NAME_ASC]) { nodes { id name loadedAt } }
  freshnesses(first: ${MOST}) { nodes { datasetId lateSince maxAge { years months days hours minutes seconds } } }
}`;

interface Answer {
  datasets: Nodes<Omit<Fresh, "freshness">>;
  freshnesses: Nodes<{ datasetId: string; maxAge: Interval; lateSince: string | null }>;
}

/** Late ones first, then those with a bound, then the others. */
const rank = ({ freshness }: Fresh): number => (freshness?.lateSince ? 0 : freshness ? 1 : 2);

function useFresh() {
  const { data, error } = useAsked<Answer>(LIST, {}, { every: () => NOW_AND_THEN_MS });
  const bounds = new Map(data?.freshnesses.nodes.map((bound) => [bound.datasetId, bound]));
  const rows = data?.datasets.nodes
    .map((dataset): Fresh => ({ ...dataset, freshness: bounds.get(dataset.id) ?? null }))
    .sort((a, b) => rank(a) - rank(b));
  return { rows, error };
}

function State({ freshness }: Pick<Fresh, "freshness">) {
  const translate = useTranslate();
  if (!freshness) return <Typography color="textSecondary">{translate("app.freshness.unbound")}</Typography>;
  if (!freshness.lateSince) return <Chip color="success" label={translate("app.freshness.fresh")} />;
  return (
    <>
      <Chip color="error" label={translate("app.freshness.late")} />
      <Typography variant="body2" color="textSecondary">
        {translate("app.freshness.since")} <Ago at={freshness.lateSince} />
      </Typography>
    </>
  );
}

/** How old datasets may become, and which are older. */
export default function Freshness() {
  const translate = useTranslate();
  const locale = useLanguage();
  const { rows, error } = useFresh();
  const [chosen, setChosen] = useState<Fresh | null>(null);
  const mayEdit = useMay("dataset.edit");
  const title = translate("app.freshness.title");
  const columns: Column<Fresh>[] = [
    {
      label: "app.dataset.one",
      cell: ({ id, name }) => (
        <MuiLink component={Link} to={`/datasets/${id}/show`} sx={{ fontWeight: 600 }}>
          {name}
        </MuiLink>
      ),
    },
    { label: "app.freshness.state", cell: ({ freshness }) => <State freshness={freshness} /> },
    {
      label: "app.freshness.bound",
      cell: ({ freshness }) => (freshness ? lengthText(locale, freshness.maxAge) : "–"),
    },
    { label: "app.dataset.loaded", cell: ({ loadedAt }) => <Ago at={loadedAt} /> },
    ...(mayEdit
      ? [
          {
            label: null,
            cell: (row: Fresh) => (
              <Button
                onClick={() => setChosen(row)}
                aria-label={translate("app.freshness.set_of", { name: row.name })}
              >
                {translate(row.freshness ? "app.freshness.change" : "app.freshness.set")}
              </Button>
            ),
          },
        ]
      : []),
  ];
  return (
    <Gate permissions={["dataset.view"]} title={title}>
      <Page title={title} subtitle={translate("app.freshness.subtitle")}>
        {error ? <ProblemAlert problem={problemOf(error)} /> : null}
        <Section flush>
          {rows?.length === 0 ? (
            <EmptyState
              icon={<FreshIcon />}
              title={translate("app.dataset.empty")}
              text={translate("app.dataset.empty_text")}
              action={<UploadButton />}
            />
          ) : (
            <PlainTable rows={rows} columns={columns} keyOf={({ id }) => id} empty="app.dataset.empty" />
          )}
        </Section>
        {chosen && <BoundDialog dataset={chosen} onClose={() => setChosen(null)} />}
      </Page>
    </Gate>
  );
}
