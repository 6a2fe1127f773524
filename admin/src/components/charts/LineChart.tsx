import { Box, useTheme } from "@mui/material";
import { evenTicks, linear, pathOf, roundTicks } from "./scale.ts";
import { useTimes } from "./times.ts";
import { useWidth } from "./useWidth.ts";

export interface ChartPoint {
  /** Milliseconds since 1970. */
  time: number;
  value: number;
}

export interface BandPoint {
  time: number;
  low: number;
  high: number;
}

interface Props {
  /** What is drawn, in words: read aloud instead of the picture. */
  label: string;
  points: readonly ChartPoint[];
  /** Where values are expected; null breaks it. */
  band?: readonly (BandPoint | null)[];
  /** Points that stand out. */
  marks?: readonly ChartPoint[];
  /** Bounds of the values, where they are known beforehand. */
  domain?: readonly [number, number];
  height?: number;
  formatValue: (value: number) => string;
  dots?: boolean;
}

const EDGE = { top: 10, right: 14, bottom: 24, left: 52 };
const ABOUT_TICKS = 4;
const TIME_WIDTH = 130;
const MAX_TIMES = 7;
const FONT = 11;

/** The band's outline: along its upper edge and back along the lower one. */
function bandPaths(band: readonly (BandPoint | null)[], x: (t: number) => number, y: (v: number) => number) {
  const parts: BandPoint[][] = [[]];
  for (const point of band) {
    if (point) parts.at(-1)!.push(point);
    else if (parts.at(-1)!.length > 0) parts.push([]);
  }
  return parts
    .filter((part) => part.length > 1)
    .map((part) => {
      const there = part.map(({ time, high }) => ({ x: x(time), y: y(high) }));
      const back = part.toReversed().map(({ time, low }) => ({ x: x(time), y: y(low) }));
      return `${pathOf([...there, ...back])}Z`;
    });
}

/** Values that are all one get room on both sides, and none below nothing. */
function spread(low: number, high: number): [number, number] {
  if (high > low) return [low, high];
  const room = Math.abs(low) || 1;
  return low >= 0 ? [0, low + room] : [low - room, 0];
}

/** A series over time, with the band that it is expected in and what stands out. */
export function LineChart(props: Props) {
  const { label, points, band = [], marks = [], domain, height = 220, formatValue } = props;
  const { palette } = useTheme();
  const { box, width } = useWidth<HTMLDivElement>();
  const times = points.map(({ time }) => time);
  const values = [
    ...points.map(({ value }) => value),
    ...band.flatMap((one) => (one ? [one.low, one.high] : [])),
  ];
  const [low, high] = domain ?? [
    values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
    values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
  ];
  const ticks = roundTicks(...spread(low, high), ABOUT_TICKS);
  const formatTime = useTimes((times.at(-1) ?? 0) - (times[0] ?? 0));
  const [first, last] = [times[0] ?? 0, times.at(-1) ?? 1];
  const inner = { left: EDGE.left, right: width - EDGE.right, bottom: height - EDGE.bottom };
  const x =
    first === last ? () => (inner.left + inner.right) / 2 : linear([first, last], [inner.left, inner.right]);
  const bounds = domain ?? [ticks[0]!, ticks.at(-1)!];
  const y = linear(bounds, [inner.bottom, EDGE.top]);
  const shown = Math.max(2, Math.min(MAX_TIMES, Math.floor((inner.right - inner.left) / TIME_WIDTH)));
  const line = points.map(({ time, value }) => ({ x: x(time), y: y(value) }));
  return (
    <Box ref={box} sx={{ width: "100%" }}>
      <svg width={width} height={height} role="img" aria-label={label} style={{ display: "block" }}>
        {ticks
          .filter((tick) => tick >= bounds[0]! && tick <= bounds[1]!)
          .map((tick) => (
            <g key={tick}>
              <line x1={inner.left} x2={inner.right} y1={y(tick)} y2={y(tick)} stroke={palette.divider} />
              <text
                x={EDGE.left - 8}
                y={y(tick) + 4}
                textAnchor="end"
                fontSize={FONT}
                fill={palette.text.secondary}
              >
                {formatValue(tick)}
              </text>
            </g>
          ))}
        {evenTicks(first, last, shown).map((tick, index, all) => (
          <text
            key={tick}
            x={x(tick)}
            y={height - 7}
            textAnchor={
              all.length === 1
                ? "middle"
                : index === 0
                  ? "start"
                  : index === all.length - 1
                    ? "end"
                    : "middle"
            }
            fontSize={FONT}
            fill={palette.text.secondary}
          >
            {formatTime(tick)}
          </text>
        ))}
        {bandPaths(band, x, y).map((path) => (
          <path key={path.slice(0, 40)} d={path} fill={palette.info.main} fillOpacity={0.18} />
        ))}
        <path
          d={pathOf(line)}
          fill="none"
          stroke={palette.primary.main}
          strokeWidth={1.75}
          strokeLinejoin="round"
        />
        {(props.dots || line.length === 1) &&
          line.map((point) => (
            <circle
              key={`${point.x} ${point.y}`}
              cx={point.x}
              cy={point.y}
              r={3}
              fill={palette.primary.main}
            />
          ))}
        {marks.map(({ time, value }) => (
          <circle
            key={time}
            cx={x(time)}
            cy={y(value)}
            r={5}
            fill={palette.background.paper}
            stroke={palette.error.main}
            strokeWidth={2.5}
          />
        ))}
      </svg>
    </Box>
  );
}
