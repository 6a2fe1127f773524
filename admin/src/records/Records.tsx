import TableIcon from "@mui/icons-material/TableRowsOutlined";
import { Box, Button, Link as MuiLink, Stack } from "@mui/material";
import {
  BulkDeleteWithConfirmButton,
  ColumnsButton,
  DataTable,
  ExportButton,
  FilterButton,
  Link,
  List,
  Pagination,
  type RaRecord,
  TopToolbar,
  useListContext,
  useTranslate,
} from "react-admin";
import { useNavigate, useParams } from "react-router-dom";
import { useMayOn } from "../access/useMayOn.ts";
import { EmptyState } from "../components/EmptyState.tsx";
import { Page } from "../components/Page.tsx";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { Section, TableSurface } from "../components/Section.tsx";
import { ARCHIVED, ArchivedProblem } from "../history/ArchivedProblem.tsx";
import { AsOfBanner } from "../history/AsOfBanner.tsx";
import { type Moment, MomentChoice, NOW, recordsAt } from "../history/MomentChoice.tsx";
import { UndoRowsButton } from "../history/UndoRowsButton.tsx";
import { useSession } from "../layout/useSession.ts";
import { problemOf } from "../providers/errors.ts";
import type { Description } from "../providers/records.ts";
import type { Row } from "../providers/shapes.ts";
import { UploadButton } from "../runs/UploadButton.tsx";
import { exportCsv } from "./exportCsv.ts";
import { filtersOf } from "./filters.tsx";
import { useDescription } from "./useDescription.ts";
import { isNumeric, Value } from "./values.tsx";

/** More columns than these are there, and hidden until they are asked for. */
const SHOWN_COLUMNS = 12;

type DataRecord = RaRecord & { row: Row };

const recordPath = (dataset: string, id: unknown): string =>
  `/records/${dataset}/${encodeURIComponent(String(id))}`;

function Table({ description, readOnly }: { description: Description; readOnly: boolean }) {
  const { dataset, columns } = description;
  const mayDelete =
    useMayOn("record.delete", dataset.id) && !readOnly && description.current.remove !== undefined;
  const mayUndo = useMayOn("record.restore", dataset.id) && !readOnly;
  const hidden = columns.slice(SHOWN_COLUMNS).map((column) => `row.${column.attribute}`);
  return (
    <DataTable<DataRecord>
      bulkActionButtons={
        mayDelete || mayUndo ? (
          <>
            {mayUndo && <UndoRowsButton description={description} />}
            {mayDelete && <BulkDeleteWithConfirmButton mutationMode="pessimistic" />}
          </>
        ) : (
          false
        )
      }
      rowClick={readOnly ? false : (id) => recordPath(dataset.name, id)}
      hiddenColumns={hidden}
      sx={{
        "& td": { maxWidth: 280, overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap" },
        // Its own place is above the table, where this surface cuts it off.
        "& .RaBulkActionsToolbar-toolbar:not(.RaBulkActionsToolbar-collapsed)": {
          position: "static",
          transform: "none",
          color: "text.primary",
        },
      }}
    >
      {columns.map((column, index) => (
        <DataTable.Col<DataRecord>
          key={column.attribute}
          source={`row.${column.attribute}`}
          label={column.name}
          align={isNumeric(column.type) ? "right" : "left"}
          render={(record) => {
            const value = <Value value={record.row[column.attribute]} type={column.type} />;
            // A row is opened by a click anywhere; the link is for keyboards and new tabs.
            return index === 0 && !readOnly ? (
              <MuiLink component={Link} to={recordPath(dataset.name, record.id)} sx={{ fontWeight: 600 }}>
                {value}
              </MuiLink>
            ) : (
              // Text from right to left is cut off at its end, which is on the left.
              <Box dir="auto" sx={{ overflow: "hidden", textOverflow: "ellipsis" }}>
                {value}
              </Box>
            );
          }}
        />
      ))}
    </DataTable>
  );
}

function Toolbar({ datasetId }: { datasetId: string }) {
  const mayExport = useMayOn("record.export", datasetId);
  return (
    <TopToolbar>
      <FilterButton />
      <ColumnsButton />
      {mayExport && <ExportButton />}
    </TopToolbar>
  );
}

/** Why the rows cannot be shown: of a moment whose history is archived, also what to do. */
function ListProblem({ datasetId, asOf }: { datasetId: string; asOf: string | null }) {
  const { error } = useListContext();
  if (!error) return null;
  const problem = problemOf(error);
  if (problem.code === ARCHIVED && asOf)
    return <ArchivedProblem problem={problem} datasetId={datasetId} moment={asOf} />;
  return <ProblemAlert problem={problem} />;
}

interface ListProps {
  description: Description;
  moment: Moment;
  onMoment: (moment: Moment) => void;
}

function RecordList({ description, moment, onMoment }: ListProps) {
  const translate = useTranslate();
  const session = useSession();
  const { dataset } = description;
  const asOf = moment.iso;
  return (
    <Stack spacing={1.5}>
      <AsOfBanner dataset={dataset} moment={moment} onClear={() => onMoment(NOW)} />
      <List
        resource={`records/${dataset.name}`}
        // Filters and sorts of one organization's dataset mean nothing in another's of the same name.
        storeKey={`${session?.org?.slug ?? ""}.records.${dataset.name}`}
        title={false}
        filters={filtersOf(description, translate)}
        actions={<Toolbar datasetId={dataset.id} />}
        exporter={exportCsv(description)}
        queryOptions={{ meta: { asOf } }}
        sort={{ field: "id", order: "ASC" }}
        perPage={25}
        pagination={<Pagination rowsPerPageOptions={[25, 50, 100, 250]} />}
        component={TableSurface}
        error={<ListProblem datasetId={dataset.id} asOf={asOf} />}
        empty={
          asOf ? (
            false
          ) : (
            <Section>
              <EmptyState
                icon={<TableIcon />}
                title={translate("app.record.empty")}
                text={translate("app.record.empty_text")}
                action={<UploadButton dataset={dataset.name} />}
              />
            </Section>
          )
        }
      >
        <Table description={description} readOnly={asOf !== null} />
      </List>
    </Stack>
  );
}

/** The rows of a dataset, now or at any moment since its first load. */
export default function Records() {
  const translate = useTranslate();
  const { dataset = "", at, load } = useParams();
  const navigate = useNavigate();
  const moment: Moment = at && !Number.isNaN(Date.parse(at)) ? { iso: at, load: load ?? null } : NOW;
  // In the path: a moment can be sent to somebody, and the list keeps its filters, sorts and pages behind it.
  const setMoment = ({ iso, load: left }: Moment) => navigate(recordsAt(dataset, iso, left));
  const { description, error } = useDescription(dataset);
  const mayAdd = useMayOn("record.create", description?.dataset.id);
  const crumbs = [
    { label: translate("app.dataset.title"), to: "/datasets" },
    ...(description
      ? [{ label: description.dataset.title || dataset, to: `/datasets/${description.dataset.id}/show` }]
      : []),
  ];
  return (
    <Page
      title={dataset}
      crumbs={crumbs}
      subtitle={translate("app.record.subtitle")}
      actions={
        <>
          <MomentChoice datasetId={description?.dataset.id} moment={moment} onMoment={setMoment} />
          <Button component={Link} to={`/history/${dataset}`} variant="outlined">
            {translate("app.history.compare")}
          </Button>
          {description?.current.create && mayAdd && !moment.iso && (
            <Button component={Link} to={`/records/${dataset}/new`} variant="outlined">
              {translate("app.record.add")}
            </Button>
          )}
          <UploadButton dataset={dataset} />
        </>
      }
    >
      {error ? <ProblemAlert problem={problemOf(error)} /> : null}
      {description && (
        <RecordList
          key={description.dataset.id}
          description={description}
          moment={moment}
          onMoment={setMoment}
        />
      )}
    </Page>
  );
}
