import { useTheme } from "@mui/material";
import { linear, pathOf } from "./scale.ts";

interface Props {
  /** Oldest first. */
  values: readonly number[];
  label: string;
  /** Bounds, so that several are of one scale. */
  domain?: readonly [number, number];
  tone?: "primary" | "error";
  width?: number;
  height?: number;
}

/** A trend as small as a word. */
export function Spark({ values, label, domain, tone = "primary", width = 96, height = 24 }: Props) {
  const { palette } = useTheme();
  if (values.length === 0) return null;
  const [low, high] = domain ?? [Math.min(...values), Math.max(...values)];
  const y = high > low ? linear([low, high], [height - 4, 4]) : () => height / 2;
  const x = values.length > 1 ? linear([0, values.length - 1], [4, width - 4]) : () => width - 4;
  const line = values.map((value, index) => ({ x: x(index), y: y(value) }));
  const end = line.at(-1)!;
  return (
    <svg width={width} height={height} role="img" aria-label={label} style={{ display: "block" }}>
      <path
        d={pathOf(line)}
        fill="none"
        stroke={palette[tone].main}
        strokeWidth={1.5}
        strokeLinejoin="round"
      />
      <circle cx={end.x} cy={end.y} r={2.5} fill={palette[tone].main} />
    </svg>
  );
}
