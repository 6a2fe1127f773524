import { Chip, Typography } from "@mui/material";
import { Link, useTranslate } from "react-admin";
import { PlainTable } from "../access/PlainTable.tsx";
import { personName, usePeopleById } from "../access/usePeople.ts";
import { Ago, Count } from "../components/Figures.tsx";
import { Section } from "../components/Section.tsx";
import { Tile, Tiles } from "../components/Tiles.tsx";
import { keyText, type RestoredRow, type Told } from "./api.ts";

const TONE = { insert: "success", update: "info", delete: "error", missing: "default" } as const;

function Counts({ told }: { told: Told }) {
  const translate = useTranslate();
  return (
    <Tiles>
      {(["inserted", "updated", "deleted", "unchanged"] as const).map((name) => (
        <Tile key={name} label={translate(`app.history.effect.${name}`)}>
          <Count value={told[name]} />
        </Tile>
      ))}
      {told.missing > 0 && (
        <Tile label={translate("app.history.effect.missing")}>
          <Count value={told.missing} />
        </Tile>
      )}
      <Tile label={translate("app.history.conflicts")}>
        <Count value={told.conflicts} />
      </Tile>
    </Tiles>
  );
}

function Changed({ row, name }: { row: RestoredRow; name: string }) {
  const translate = useTranslate();
  if (!row.changedAt) return <>–</>;
  return (
    <>
      {row.changeRun ? (
        // A new tab: what is chosen in the dialog stays.
        <Link to={`/runs/${row.changeRun}/show`} target="_blank" rel="noopener" underline="always">
          {translate("app.history.by_load")}
        </Link>
      ) : (
        name
      )}{" "}
      <Ago at={row.changedAt} />
    </>
  );
}

function Rows({ rows }: { rows: RestoredRow[] }) {
  const translate = useTranslate();
  const people = usePeopleById(rows.map(({ changedBy }) => changedBy));
  return (
    <PlainTable
      rows={rows}
      keyOf={({ key }) => JSON.stringify(key)}
      empty="app.history.nothing_to_undo"
      columns={[
        {
          label: "app.history.row",
          cell: ({ key, conflict }) => (
            <>
              <strong>{keyText(key)}</strong>{" "}
              {conflict && <Chip color="warning" label={translate("app.history.conflict")} />}
            </>
          ),
        },
        {
          label: "app.history.what",
          cell: ({ effect }) => (
            <Chip color={TONE[effect]} label={translate(`app.history.becomes.${effect}`)} />
          ),
        },
        {
          label: "app.history.last_changed",
          cell: (row) => (
            <Changed row={row} name={personName(people.get(row.changedBy ?? ""), row.changedBy)} />
          ),
        },
      ]}
    />
  );
}

/** What an undo would do: counts, and the first rows, conflicts first. */
export function UndoPreview({ told }: { told: Told }) {
  const translate = useTranslate();
  const all = told.inserted + told.updated + told.deleted + told.missing;
  return (
    <>
      <Counts told={told} />
      <Section flush title={translate("app.history.rows")} sx={{ maxHeight: 340, overflowY: "auto" }}>
        <Rows rows={told.rows} />
      </Section>
      {all > told.rows.length && (
        <Typography variant="body2" color="textSecondary">
          {translate("app.history.first_rows", { shown: told.rows.length, all })}
        </Typography>
      )}
    </>
  );
}
