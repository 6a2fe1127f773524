/** Amounts as people write them: with a currency or a percent sign, with what is owed in brackets. */

const SIGNS = [
  "€",
  "$",
  "£",
  "¥",
  "₹",
  "₽",
  "₩",
  "₺",
  "฿",
  "₫",
  "₪",
  "₴",
  "zł",
  "kr",
  "Kč",
  "Ft",
  "Fr.",
  "%",
];
/** Dollars and others by country, as US$ or R$. */
const SIGN = `(?:[A-Z]{1,3}[$£]|${SIGNS.map((sign) => sign.replace(/[$.]/g, "\\$&")).join("|")}|[A-Z]{3})`;
const SPACE = "[ \\u00a0\\u202f]*";
const AMOUNT = new RegExp(
  `^(\\()?([+\\-\\u2212])?${SPACE}(${SIGN})?${SPACE}([+\\-\\u2212])?${SPACE}(\\d[\\d.,'\\u2019 \\u00a0\\u202f]*?|\\.\\d+)${SPACE}(${SIGN})?(\\))?$`,
);
const CODES = new Set(Intl.supportedValuesOf("currency"));

export interface Amount {
  /** The number as it is written, with its sign, without what stands beside it. */
  number: string;
  /** Currency or percent sign; null: none. */
  unit: string | null;
  /** Below zero by brackets. */
  brackets: boolean;
}

/** Splits an amount; null where the text is none, or a number with nothing beside it. */
export function amountOf(text: string): Amount | null {
  const match = AMOUNT.exec(text);
  if (match === null) return null;
  const [, open, signBefore, before, signAfter, digits, after, close] = match;
  if ((open === undefined) !== (close === undefined)) return null;
  if (before !== undefined && after !== undefined) return null;
  if (signBefore !== undefined && (signAfter !== undefined || open !== undefined)) return null;
  if (open !== undefined && signAfter !== undefined) return null;
  const unit = before ?? after ?? null;
  if (unit === null && open === undefined) return null;
  if (unit !== null && /^[A-Z]{3}$/.test(unit) && !CODES.has(unit)) return null;
  if (before === "%") return null;
  const sign = open !== undefined ? "-" : (signBefore ?? signAfter ?? "");
  return { number: `${sign}${digits}`, unit, brackets: open !== undefined };
}
