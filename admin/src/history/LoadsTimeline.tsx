import { Box, Button, Link as MuiLink, useTheme } from "@mui/material";
import { Link, useTranslate } from "react-admin";
import { PlainTable } from "../access/PlainTable.tsx";
import { ChartSection } from "../components/charts/ChartSection.tsx";
import { linear } from "../components/charts/scale.ts";
import { useWidth } from "../components/charts/useWidth.ts";
import { Count, Moment } from "../components/Figures.tsx";
import { toNumber } from "../components/format.ts";
import type { Load } from "./api.ts";
import { momentOfLoad, useLoadText } from "./MomentChoice.tsx";

const HEIGHT = 110;
const FLOOR = 88;
const MAX_WIDTH = 46;
const FONT = 11;
/** Where bars are closer, names would run into each other. */
const MIN_NAMED = 110;
const MAX_NAME = 18;

interface Props {
  loads: Load[];
  /** Moments between which it is looked. */
  from: string | undefined;
  to: string | null | undefined;
  onLoad: (id: string) => void;
}

const rowsOf = (load: Load) => [
  { rows: toNumber(load.insertedRows), tone: "success" as const },
  { rows: toNumber(load.updatedRows), tone: "info" as const },
  { rows: toNumber(load.deletedRows), tone: "error" as const },
];
const totalOf = (load: Load): number => rowsOf(load).reduce((sum, { rows }) => sum + rows, 0);

function useShortName(): (load: Load) => string {
  const translate = useTranslate();
  return (load) => {
    const name = load.undoOf
      ? translate("app.history.an_undo")
      : (load.file?.fileName ?? translate("app.history.a_load"));
    const cut = name.length > MAX_NAME ? `${name.slice(0, MAX_NAME - 1)}…` : name;
    return load.undoneBy ? `${cut} (${translate("app.history.undone_short")})` : cut;
  };
}

interface BarProps {
  load: Load;
  left: number;
  /** Room that there is for it and its name. */
  each: number;
  tall: (rows: number) => number;
  within: boolean;
  onLoad: (id: string) => void;
}

/** One load: a link, so that it is reached by the keyboard too. */
function Bar({ load, left, each, tall, within, onLoad }: BarProps) {
  const { palette } = useTheme();
  const textOf = useLoadText();
  const shortName = useShortName();
  const width = Math.min(MAX_WIDTH, each * 0.7);
  const x = left + (each - width) / 2;
  let y = FLOOR;
  return (
    <a
      href={`?load=${load.id}`}
      aria-label={textOf(load)}
      onClick={(event) => {
        event.preventDefault();
        onLoad(load.id);
      }}
    >
      <title>{textOf(load)}</title>
      <rect x={left} y={0} width={each} height={HEIGHT} fill="transparent" />
      {rowsOf(load).map(({ rows, tone }) => {
        if (rows === 0) return null;
        // What is rare is still to be seen.
        const size = Math.max(2, tall(rows));
        y -= size;
        return (
          <rect
            key={tone}
            x={x}
            y={y}
            width={width}
            height={size}
            fill={palette[tone].main}
            fillOpacity={within ? 0.95 : 0.3}
          />
        );
      })}
      {within && <rect x={x} y={FLOOR + 3} width={width} height={3} rx={1.5} fill={palette.primary.main} />}
      {each >= MIN_NAMED && (
        <text
          x={x + width / 2}
          y={HEIGHT - 6}
          textAnchor="middle"
          fontSize={FONT}
          fill={palette.text.secondary}
        >
          {shortName(load)}
        </text>
      )}
    </a>
  );
}

/** Rows that each load wrote, oldest first; those between the two moments are filled. */
function Chart({ loads, from, to, onLoad }: Props) {
  const { palette } = useTheme();
  const translate = useTranslate();
  const { box, width } = useWidth<HTMLDivElement>();
  const shown = loads.toReversed();
  const most = shown.reduce((top, load) => Math.max(top, totalOf(load)), 1);
  const each = width / Math.max(1, shown.length);
  const within = (load: Load) => {
    const at = Date.parse(momentOfLoad(load));
    return from !== undefined && at >= Date.parse(from) && (!to || at <= Date.parse(to));
  };
  return (
    <Box
      component="nav"
      ref={box}
      aria-label={translate("app.history.timeline_text", { smart_count: shown.length })}
      sx={{ width: "100%" }}
    >
      <svg width={width} height={HEIGHT} role="presentation" style={{ display: "block" }}>
        {shown.map((load, index) => (
          <Bar
            key={load.id}
            load={load}
            left={index * each}
            each={each}
            tall={linear([0, most], [0, FLOOR - 8])}
            within={within(load)}
            onLoad={onLoad}
          />
        ))}
        <line x1={0} x2={width} y1={FLOOR} y2={FLOOR} stroke={palette.divider} />
      </svg>
    </Box>
  );
}

function LoadsTable({ loads, onLoad }: Props) {
  const translate = useTranslate();
  const textOf = useLoadText();
  const state = (load: Load) =>
    load.undoneBy
      ? translate("app.history.undone_short")
      : load.undoOf
        ? translate("app.history.an_undo")
        : "";
  return (
    <PlainTable
      rows={loads}
      keyOf={({ id }) => id}
      empty="app.history.no_loads"
      columns={[
        { label: "app.run.when", cell: (load) => <Moment at={momentOfLoad(load)} /> },
        {
          label: "app.history.a_load",
          cell: (load) => (
            <MuiLink component={Link} to={`/runs/${load.id}/show`}>
              {load.undoOf ? translate("app.history.an_undo") : (load.file?.fileName ?? load.id)}
            </MuiLink>
          ),
        },
        {
          label: "app.run.counts.inserted",
          align: "right",
          cell: ({ insertedRows }) => <Count value={insertedRows} />,
        },
        {
          label: "app.run.counts.updated",
          align: "right",
          cell: ({ updatedRows }) => <Count value={updatedRows} />,
        },
        {
          label: "app.run.counts.deleted",
          align: "right",
          cell: ({ deletedRows }) => <Count value={deletedRows} />,
        },
        { label: "app.run.status.label", cell: state },
        {
          label: null,
          cell: (load) => (
            <Button
              onClick={() => onLoad(load.id)}
              aria-label={`${translate("app.history.what_changed")}: ${textOf(load)}`}
            >
              {translate("app.history.what_changed")}
            </Button>
          ),
        },
      ]}
    />
  );
}

/** The last loads of a dataset, to choose what is compared from. */
export function LoadsTimeline(props: Props) {
  const translate = useTranslate();
  return (
    <ChartSection
      title={translate("app.history.timeline")}
      hint={translate("app.history.timeline_hint")}
      chart={<Chart {...props} />}
      table={<LoadsTable {...props} />}
    />
  );
}
