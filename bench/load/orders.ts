/** Order-like rows, the same at every run: about 76 bytes each, some of them wrong where wanted. */
const STATUS = ["new", "paid", "packed", "shipped", "returned"];
const CURRENCY = ["EUR", "USD", "GBP", "CHF"];
export const HEADER = "order_id,customer,product,quantity,unit_price,currency,status,ordered_on,changed_at\n";

export const FIELDS = [
  { name: "order_id", type: "integer" },
  { name: "customer", type: "text", required: true, pattern: "C-[0-9]{6}" },
  { name: "product", type: "text", required: true },
  { name: "quantity", type: "integer", required: true, minimum: "1", maximum: "1000" },
  { name: "unit_price", type: "numeric(10,2)", required: true, minimum: "0" },
  { name: "currency", type: "text", allowedValues: CURRENCY },
  { name: "status", type: "text", allowedValues: STATUS },
  { name: "ordered_on", type: "date", notInFuture: true },
  { name: "changed_at", type: "timestamptz" },
];

/** The same columns as a plain table, for COPY. */
export const COLUMNS =
  "order_id integer, customer text not null, product text not null, quantity integer not null, unit_price numeric(10,2) not null, currency text, status text, ordered_on date, changed_at timestamptz";

function pad(value: number, width: number): string {
  return String(value).padStart(width, "0");
}

/** A fixed sequence of pseudo-random numbers below `n`. */
function generator(seed: number): (n: number) => number {
  let state = seed >>> 0;
  return (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 4294967296) * n);
  };
}

export interface Edition {
  /** Share of the first edition's rows whose status and price differ. */
  changed?: number;
  /** Share of rows that are not there any more. */
  gone?: number;
  /** Share of rows that come in addition. */
  added?: number;
  /** Share of rows that are wrong. */
  bad?: number;
}

/** One file. Without `edition`, the clean first one. */
export function makeOrders(rows: number, edition: Edition = {}): Buffer {
  const pick = generator(42);
  const fate = generator(7);
  const blocks: Buffer[] = [Buffer.from(HEADER)];
  let lines: string[] = [];
  const total = rows + Math.round(rows * (edition.added ?? 0));
  for (let id = 1; id <= total; id++) {
    const customer = `C-${pad(pick(200_000), 6)}`;
    const product = `P${pad(pick(10_000), 5)}-${"abcdefgh"[pick(8)]}`;
    let quantity = String(1 + pick(20));
    let price = `${1 + pick(500)}.${pad(pick(100), 2)}`;
    const currency = CURRENCY[pick(4)];
    let status = STATUS[pick(5)]!;
    let day = `202${pick(5)}-${pad(1 + pick(12), 2)}-${pad(1 + pick(28), 2)}`;
    const stamp = `${day}T${pad(pick(24), 2)}:${pad(pick(60), 2)}:${pad(pick(60), 2)}Z`;
    const die = fate(1_000_000) / 1_000_000;
    if (id <= rows && die < (edition.gone ?? 0)) continue;
    if (id <= rows && die > 1 - (edition.changed ?? 0)) {
      status = STATUS[(STATUS.indexOf(status) + 1) % 5]!;
      price = `${price.split(".")[0]}.${pad(id % 100, 2)}`;
    }
    if (fate(1_000_000) < (edition.bad ?? 0) * 1_000_000) {
      const kind = fate(4);
      if (kind === 0) quantity = "many";
      else if (kind === 1) day = "2024-02-31";
      else if (kind === 2) quantity = "5000";
      else status = "lost";
    }
    lines.push(`${id},${customer},${product},${quantity},${price},${currency},${status},${day},${stamp}\n`);
    if (lines.length === 10_000) {
      blocks.push(Buffer.from(lines.join("")));
      lines = [];
    }
  }
  blocks.push(Buffer.from(lines.join("")));
  return Buffer.concat(blocks);
}
