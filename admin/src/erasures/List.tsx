import ErasureIcon from "@mui/icons-material/PersonRemoveOutlined";
import { Button, Link as MuiLink, Typography } from "@mui/material";
import { Link, useTranslate } from "react-admin";
import { Gate } from "../access/Gate.tsx";
import { type Column, PlainTable } from "../access/PlainTable.tsx";
import { useActorName, usePeopleById } from "../access/usePeople.ts";
import { EmptyState } from "../components/EmptyState.tsx";
import { Ago } from "../components/Figures.tsx";
import { formatNumber } from "../components/format.ts";
import { Page } from "../components/Page.tsx";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { Section } from "../components/Section.tsx";
import { useLanguage } from "../components/useLanguage.ts";
import { useMay } from "../layout/useSession.ts";
import { problemOf } from "../providers/errors.ts";
import { StateChip, useDatasetNames } from "./parts.tsx";
import { type Erasure, isSearch, useErasures } from "./useErasures.ts";

function useColumns(erasures: Erasure[]): Column<Erasure>[] {
  const translate = useTranslate();
  const locale = useLanguage();
  const namesOf = useDatasetNames();
  const actorName = useActorName();
  const people = usePeopleById(erasures.map(({ requestedBy }) => requestedBy));
  return [
    {
      label: "app.erasure.kind",
      cell: (erasure) => (
        <MuiLink component={Link} to={`/erasures/${erasure.id}`} sx={{ fontWeight: 600 }}>
          {translate(`app.erasure.${isSearch(erasure) ? "search" : "erasure"}`)}
        </MuiLink>
      ),
    },
    { label: "app.erasure.state.label", cell: ({ state }) => <StateChip state={state} /> },
    { label: "app.erasure.datasets", cell: ({ datasetIds }) => namesOf(datasetIds).join(", ") },
    {
      label: "app.erasure.reason",
      cell: ({ reason }) => (
        <Typography sx={{ maxWidth: 320, overflowWrap: "anywhere" }}>{reason}</Typography>
      ),
    },
    {
      label: "app.erasure.found",
      cell: ({ found }) =>
        Object.keys(found).length === 0
          ? translate("app.erasure.nothing")
          : translate("app.erasure.in_short", {
              rows: formatNumber(locale, found.rows ?? 0),
              versions: formatNumber(locale, found.versions ?? 0),
            }),
    },
    {
      label: "app.erasure.by",
      cell: ({ requestedBy, createdAt }) => (
        <>
          {actorName(people, requestedBy)}
          <Typography variant="body2" color="textSecondary">
            <Ago at={createdAt} />
          </Typography>
        </>
      ),
    },
  ];
}

/** Requests to erase a person's data, and the searches before them. */
export default function Erasures() {
  const translate = useTranslate();
  const { erasures, error } = useErasures();
  const mayAsk = useMay("compliance.delete");
  const columns = useColumns(erasures ?? []);
  const title = translate("app.erasure.title");
  const begin = mayAsk && (
    <Button component={Link} to="/erasures/new" variant="contained">
      {translate("app.erasure.new")}
    </Button>
  );
  return (
    <Gate permissions={["compliance.view"]} title={title}>
      <Page title={title} subtitle={translate("app.erasure.subtitle")} actions={begin}>
        {error ? <ProblemAlert problem={problemOf(error)} /> : null}
        <Section flush>
          {erasures?.length === 0 ? (
            <EmptyState
              icon={<ErasureIcon />}
              title={translate("app.erasure.empty")}
              text={translate("app.erasure.empty_text")}
            />
          ) : (
            <PlainTable rows={erasures} columns={columns} keyOf={({ id }) => id} empty="app.erasure.empty" />
          )}
        </Section>
      </Page>
    </Gate>
  );
}
