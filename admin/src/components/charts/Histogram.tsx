import { Box, useTheme } from "@mui/material";
import { linear } from "./scale.ts";
import { useWidth } from "./useWidth.ts";

interface Props {
  counts: readonly number[];
  label: string;
  low: string;
  high: string;
  height?: number;
  /** Without the ends' names, for a table's cell. */
  small?: boolean;
}

const GAP = 1;
const FONT = 11;

/** How often values fall into each of equal parts between two ends. */
export function Histogram({ counts, label, low, high, height = 160, small = false }: Props) {
  const { palette } = useTheme();
  const { box, width } = useWidth<HTMLDivElement>(small ? 110 : 480);
  const floor = small ? height : height - 20;
  const top = counts.reduce((a, b) => Math.max(a, b), 0) || 1;
  const tall = linear([0, top], [0, floor - 4]);
  const each = width / Math.max(1, counts.length);
  return (
    <Box ref={box} sx={{ width: small ? 110 : "100%" }}>
      <svg width={width} height={height} role="img" aria-label={label} style={{ display: "block" }}>
        {counts.map((count, index) => {
          // What is rare is still to be seen.
          const size = count > 0 ? Math.max(1.5, tall(count)) : 0;
          return (
            <rect
              key={index}
              x={index * each + GAP / 2}
              y={floor - size}
              width={Math.max(1, each - GAP)}
              height={size}
              rx={1}
              fill={palette.primary.main}
              fillOpacity={0.85}
            />
          );
        })}
        <line x1={0} x2={width} y1={floor} y2={floor} stroke={palette.divider} />
        {!small && (
          <>
            <text x={0} y={height - 5} fontSize={FONT} fill={palette.text.secondary}>
              {low}
            </text>
            <text x={width} y={height - 5} textAnchor="end" fontSize={FONT} fill={palette.text.secondary}>
              {high}
            </text>
          </>
        )}
      </svg>
    </Box>
  );
}
