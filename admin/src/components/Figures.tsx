import { Box, Tooltip } from "@mui/material";
import {
  formatAgo,
  formatBytes,
  formatDuration,
  formatExact,
  formatMoment,
  formatNumber,
  toNumber,
} from "./format.ts";
import { useLanguage } from "./useLanguage.ts";

export function Count({ value }: { value: unknown }) {
  const locale = useLanguage();
  return (
    <Box component="span" sx={{ fontVariantNumeric: "tabular-nums" }}>
      {formatNumber(locale, toNumber(value))}
    </Box>
  );
}

export function Bytes({ value }: { value: unknown }) {
  const locale = useLanguage();
  return <>{formatBytes(locale, toNumber(value))}</>;
}

/** How long ago, with the exact moment on hover and for assistive technology. */
export function Ago({ at }: { at: string | null | undefined }) {
  const locale = useLanguage();
  if (!at) return <>–</>;
  const date = new Date(at);
  return (
    <Tooltip title={formatExact(locale, date)} describeChild>
      <time dateTime={at}>{formatAgo(locale, date)}</time>
    </Tooltip>
  );
}

export function Moment({ at }: { at: string | null | undefined }) {
  const locale = useLanguage();
  if (!at) return <>–</>;
  const date = new Date(at);
  return (
    <time dateTime={at} title={formatExact(locale, date)}>
      {formatMoment(locale, date)}
    </time>
  );
}

export function Duration({ from, to }: { from?: string | null | undefined; to?: string | null | undefined }) {
  const locale = useLanguage();
  if (!from) return <>–</>;
  const end = to ? new Date(to).getTime() : Date.now();
  return <>{formatDuration(locale, end - new Date(from).getTime())}</>;
}
