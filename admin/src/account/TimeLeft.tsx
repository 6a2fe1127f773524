import { Tooltip } from "@mui/material";
import { useEffect, useState } from "react";
import { useTranslate } from "react-admin";
import { formatAgo, formatMoment } from "../components/format.ts";
import { useLanguage } from "../components/useLanguage.ts";

const EVERY_MS = 15_000;

/** How long something still counts, kept up to date. */
export function TimeLeft({ until }: { until: string | null }) {
  const translate = useTranslate();
  const locale = useLanguage();
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  if (!until) return <>{translate("app.account.no_end")}</>;
  const date = new Date(until);
  const over = date.getTime() <= now;
  return (
    <Tooltip title={formatMoment(locale, date)} describeChild>
      <time dateTime={until}>{over ? translate("app.account.over") : formatAgo(locale, date, now)}</time>
    </Tooltip>
  );
}
