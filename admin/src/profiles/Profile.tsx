import ProfileIcon from "@mui/icons-material/QueryStatsOutlined";
import { Alert, Box, Button, MenuItem, Link as MuiLink, Stack, TextField } from "@mui/material";
import { useState } from "react";
import { Link, useTranslate } from "react-admin";
import { change, useChange } from "../access/api.ts";
import { PlainTable } from "../access/PlainTable.tsx";
import { useMayOn } from "../access/useMayOn.ts";
import { ChartSection } from "../components/charts/ChartSection.tsx";
import { LineChart } from "../components/charts/LineChart.tsx";
import { EmptyState } from "../components/EmptyState.tsx";
import { Ago, Count, Moment } from "../components/Figures.tsx";
import { formatDuration, formatMoment, formatNumber } from "../components/format.ts";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { Section } from "../components/Section.tsx";
import { Tile, Tiles } from "../components/Tiles.tsx";
import { useLanguage } from "../components/useLanguage.ts";
import { problemOf } from "../providers/errors.ts";
import type { PartProps } from "../quality/Room.tsx";
import { ColumnDetail } from "./ColumnDetail.tsx";
import { ColumnsTable } from "./ColumnsTable.tsx";
import { type ProfileHead, useColumnProfiles, useProfiles } from "./useProfile.ts";

function NowButton({ datasetId }: { datasetId: string }) {
  const translate = useTranslate();
  const make = useChange(() => change("makeProfile", { dataset: datasetId }), "app.profile.done");
  return (
    <Stack spacing={1}>
      <Button variant="contained" loading={make.busy} onClick={() => make.act()}>
        {translate("app.profile.now")}
      </Button>
      {make.problem && <ProblemAlert problem={make.problem} />}
    </Stack>
  );
}

function Head({ head }: { head: ProfileHead }) {
  const translate = useTranslate();
  const locale = useLanguage();
  const tile = (key: string, content: React.ReactNode) => (
    <Tile label={translate(`app.profile.${key}`)}>{content}</Tile>
  );
  return (
    <Tiles>
      {tile("rows", <Count value={head.rowCount} />)}
      {tile("sampled", <Count value={head.sampled} />)}
      {tile(
        "drift",
        head.drift === null ? "–" : formatNumber(locale, Number(head.drift), { maximumFractionDigits: 3 }),
      )}
      {tile(
        "made",
        <>
          <Ago at={head.madeAt} />
          {head.runId && (
            <>
              {" · "}
              <MuiLink component={Link} to={`/runs/${head.runId}/show`}>
                {translate("app.quality.to_load")}
              </MuiLink>
            </>
          )}
        </>,
      )}
      {tile("took", formatDuration(locale, head.millis))}
    </Tiles>
  );
}

function History({ profiles }: { profiles: ProfileHead[] }) {
  const translate = useTranslate();
  const locale = useLanguage();
  if (profiles.length < 2) return null;
  const points = profiles
    .map(({ madeAt, rowCount }) => ({ time: new Date(madeAt).getTime(), value: Number(rowCount) }))
    .reverse();
  return (
    <ChartSection
      title={translate("app.profile.history")}
      chart={
        <LineChart
          label={translate("app.profile.history")}
          points={points}
          height={160}
          dots
          formatValue={(value) => formatNumber(locale, value)}
        />
      }
      table={
        <PlainTable
          rows={profiles}
          keyOf={({ id }) => id}
          empty="app.profile.empty"
          columns={[
            { label: "app.profile.made", cell: ({ madeAt }) => <Moment at={madeAt} /> },
            { label: "app.profile.rows", align: "right", cell: ({ rowCount }) => <Count value={rowCount} /> },
            {
              label: "app.profile.drift",
              align: "right",
              cell: ({ drift }) =>
                drift === null ? "–" : formatNumber(locale, Number(drift), { maximumFractionDigits: 3 }),
            },
          ]}
        />
      }
    />
  );
}

/** What is in the columns of a dataset, after each load, and how it drifted since the one before. */
export default function Profile({ dataset }: PartProps) {
  const translate = useTranslate();
  const locale = useLanguage();
  const { profiles, error } = useProfiles(dataset.id);
  const [chosen, setChosen] = useState("");
  const [closer, setCloser] = useState<string | null>(null);
  const head = profiles?.find(({ id }) => id === chosen) ?? profiles?.[0];
  const columns = useColumnProfiles(dataset.id, head?.id);
  const mayMake = useMayOn("quality.execute", dataset.id);
  const maySee = useMayOn("record.view", dataset.id);
  if (error) return <ProblemAlert problem={problemOf(error)} />;
  if (!profiles) return <Box sx={{ minHeight: 200 }} aria-busy />;
  if (!head) {
    return (
      <Section>
        <EmptyState
          icon={<ProfileIcon />}
          title={translate("app.profile.empty")}
          text={translate("app.profile.empty_text")}
          action={mayMake && <NowButton datasetId={dataset.id} />}
        />
      </Section>
    );
  }
  const looked = columns?.find(({ fieldName }) => fieldName === closer) ?? columns?.[0];
  return (
    <Stack spacing={2}>
      <Stack direction="row" useFlexGap spacing={2} sx={{ flexWrap: "wrap", alignItems: "center" }}>
        <TextField
          select
          label={translate("app.profile.which")}
          value={head.id}
          onChange={(event) => setChosen(event.target.value)}
          sx={{ maxWidth: 320, my: 0 }}
        >
          {profiles.map(({ id, madeAt }) => (
            <MenuItem key={id} value={id}>
              {formatMoment(locale, new Date(madeAt))}
            </MenuItem>
          ))}
        </TextField>
        {mayMake && <NowButton datasetId={dataset.id} />}
      </Stack>
      <Head head={head} />
      {columns?.length === 0 || !maySee ? (
        <Alert severity="info">{translate("app.profile.hidden")}</Alert>
      ) : (
        <Section flush title={translate("app.profile.columns")} hint={translate("app.profile.columns_hint")}>
          <ColumnsTable columns={columns} chosen={looked?.fieldName ?? null} onChoose={setCloser} />
        </Section>
      )}
      {looked && maySee && <ColumnDetail key={`${head.id} ${looked.fieldName}`} column={looked} />}
      <History profiles={profiles} />
    </Stack>
  );
}
