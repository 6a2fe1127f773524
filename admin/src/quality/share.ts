import { formatNumber } from "../components/format.ts";
import { useLanguage } from "../components/useLanguage.ts";

/** A share of one as people of the language write it: 98.4 %. */
export function useShare(): (value: number, digits?: number) => string {
  const locale = useLanguage();
  return (value, digits = 1) =>
    formatNumber(locale, value, { style: "percent", maximumFractionDigits: digits });
}
