import { Alert, Box, Checkbox, Chip, Typography } from "@mui/material";
import { useTranslate } from "react-admin";
import { PlainTable } from "../access/PlainTable.tsx";
import { Count } from "../components/Figures.tsx";
import { type Place, placeKey } from "./useErasures.ts";

/** An address tells whose it is wherever it stands; a name is a town's too, and a number anything. */
export const isTelling = ({ value }: Place): boolean => /^\S+@\S+$/.test(value);

interface Props {
  places: Place[];
  chosen: ReadonlySet<string>;
  /** Null: what was searched for stands. */
  onChange: ((chosen: ReadonlySet<string>) => void) | null;
}

/** Fields that have a value of the person's, to choose from. */
export function Chosen({ places, chosen, onChange }: Props) {
  const translate = useTranslate();
  const word = (key: string, more?: object) => translate(`app.erasure.${key}`, more);
  const toggle = (place: Place) => {
    const next = new Set(chosen);
    if (!next.delete(placeKey(place))) next.add(placeKey(place));
    onChange?.(next);
  };
  return (
    <>
      {places.some((place) => !isTelling(place)) && <Alert severity="warning">{word("number")}</Alert>}
      <Box sx={{ overflowX: "auto" }} tabIndex={0} role="group" aria-label={word("choose")}>
        <PlainTable
          rows={places}
          keyOf={placeKey}
          empty="app.erasure.nothing"
          columns={[
            {
              label: "app.erasure.field",
              cell: (place) => (
                <Box sx={{ display: "flex", alignItems: "center", gap: 0.5 }}>
                  <Checkbox
                    size="small"
                    checked={chosen.has(placeKey(place))}
                    disabled={onChange === null}
                    onChange={() => toggle(place)}
                    slotProps={{ input: { "aria-label": word("choose_one", { ...place }) } }}
                  />
                  <Box>
                    <Typography component="span" sx={{ fontFamily: "monospace", fontSize: "0.85rem" }}>
                      {place.dataset}.{place.field}
                    </Typography>
                    {place.isKey && <Chip label={word("key")} sx={{ ml: 1 }} />}
                    <Typography variant="body2" color="textSecondary" sx={{ overflowWrap: "anywhere" }}>
                      {place.value}
                    </Typography>
                  </Box>
                </Box>
              ),
            },
            { label: "app.erasure.rows", align: "right", cell: ({ rows }) => <Count value={rows} /> },
            {
              label: "app.erasure.versions",
              align: "right",
              cell: ({ versions }) => <Count value={versions} />,
            },
          ]}
        />
      </Box>
    </>
  );
}
