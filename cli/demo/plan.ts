/** What the demo loads: two organizations, their datasets, and the rules that make some rows worth a look. */
import { demoFile, provisionalWeather } from "./editions.ts";

export interface DemoDataset {
  name: string;
  title: string;
  description: string;
  key: string[];
  /** Bodies in order: files, or text made of one. */
  editions: {
    fileName: string;
    body: () => Promise<string> | null;
    path: string;
    mode: "upsert" | "snapshot" | "append";
  }[];
  /** Added to the inferred contract, by field name. */
  rules?: Record<string, Record<string, unknown>>;
}

export interface DemoOrg {
  slug: string;
  name: string;
  datasets: DemoDataset[];
}

const file = (name: string, mode: "upsert" | "snapshot" | "append" = "upsert") => ({
  fileName: name,
  body: () => null,
  path: demoFile(name),
  mode,
});

export const DEMO_ROLES = ["owner", "editor", "analyst", "viewer"] as const;

export const DEMO: DemoOrg[] = [
  {
    slug: "observatory",
    name: "Demo Observatory",
    datasets: [
      {
        name: "weather",
        title: "Seattle weather",
        description:
          "Daily weather. Loaded in two editions: a provisional one, then the corrected and complete one.",
        key: ["date"],
        editions: [
          {
            fileName: "seattle-weather-provisional.csv",
            body: provisionalWeather,
            path: demoFile("seattle-weather.csv"),
            mode: "upsert",
          },
          file("seattle-weather.csv", "snapshot"),
        ],
        rules: { date: { notInFuture: true }, precipitation: { minimum: "0" } },
      },
      {
        name: "airports",
        title: "Airports",
        description: "Airports of the United States by IATA code.",
        key: ["iata"],
        editions: [file("airports.csv")],
        rules: {
          latitude: { minimum: "-90", maximum: "90" },
          longitude: { minimum: "-180", maximum: "180" },
        },
      },
      {
        name: "flight_routes",
        title: "Flight routes",
        description: "Flights between airports. Each origin and destination must be a known airport.",
        key: ["origin", "destination"],
        editions: [file("flights-airport.csv")],
        rules: {
          origin: { references: { dataset: "airports", field: "iata" } },
          destination: { references: { dataset: "airports", field: "iata" } },
        },
      },
      {
        name: "birdstrikes",
        title: "Bird strikes",
        description:
          "Reports of birds striking aircraft, append-only. Speeds over 300 knots at a bird's height are set aside.",
        key: [],
        editions: [file("birdstrikes.csv", "append")],
        rules: { speed_ias_in_knots: { maximum: "300" }, cost_total: { minimum: "0" } },
      },
    ],
  },
  {
    slug: "exchange",
    name: "Demo Exchange",
    datasets: [
      {
        name: "sp500",
        title: "S&P 500, daily",
        description: "Daily prices of the index since 2000.",
        key: ["date"],
        editions: [file("sp500-2000.csv")],
        rules: { volume: { minimum: "0" } },
      },
      {
        name: "stock_prices",
        title: "Stock prices, monthly",
        description: "Monthly prices of five shares.",
        key: ["symbol", "date"],
        editions: [file("stocks.csv")],
      },
      {
        name: "employment",
        title: "US employment",
        description: "Employment by sector and month, in thousands.",
        key: ["month"],
        editions: [file("us-employment.csv")],
      },
    ],
  },
];
