import { Box, Typography } from "@mui/material";
import { formatNumber } from "../format.ts";
import { useLanguage } from "../useLanguage.ts";

export interface BarItem {
  label: string;
  count: number;
}

interface Props {
  label: string;
  items: readonly BarItem[];
  /** What the bars are parts of; by default the longest is the whole. */
  of?: number;
  mono?: boolean;
}

/** Values with how often each is there: a list to read, and bars to compare. */
export function BarList({ label, items, of, mono = false }: Props) {
  const locale = useLanguage();
  const whole = of ?? items.reduce((most, { count }) => Math.max(most, count), 0);
  return (
    <Box component="ul" aria-label={label} sx={{ m: 0, p: 0, listStyle: "none", display: "grid", gap: 0.75 }}>
      {items.map(({ label: name, count }) => (
        <Box component="li" key={name}>
          <Box sx={{ display: "flex", justifyContent: "space-between", gap: 1, alignItems: "baseline" }}>
            <Typography
              component="span"
              variant="body2"
              noWrap
              title={name}
              sx={mono ? { fontFamily: "monospace" } : {}}
            >
              {name === "" ? "∅" : name}
            </Typography>
            <Typography
              component="span"
              variant="body2"
              color="textSecondary"
              sx={{ m: 0, fontVariantNumeric: "tabular-nums", whiteSpace: "nowrap" }}
            >
              {formatNumber(locale, count)}
            </Typography>
          </Box>
          <Box aria-hidden sx={{ m: 0, height: 6, borderRadius: 1, bgcolor: "action.hover" }}>
            <Box
              sx={{
                height: "100%",
                borderRadius: 1,
                bgcolor: "primary.main",
                width: `${whole > 0 ? Math.max(1, Math.min(100, (count / whole) * 100)) : 0}%`,
              }}
            />
          </Box>
        </Box>
      ))}
    </Box>
  );
}
