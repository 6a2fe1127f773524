import { Alert, Box, Button, Stack, TextField, Typography } from "@mui/material";
import { type FormEvent, useState } from "react";
import { Link, useTranslate } from "react-admin";
import { useChange } from "../access/api.ts";
import { Gate } from "../access/Gate.tsx";
import { useDatasets } from "../access/useDatasets.ts";
import { Page } from "../components/Page.tsx";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { Section } from "../components/Section.tsx";
import { MAX_REASON } from "../history/ReasonField.tsx";
import { HoldNotice } from "../holds/HoldNotice.tsx";
import { rowHolds, useHolds, wholeHolds } from "../holds/useHolds.ts";
import { ByHand } from "./ByHand.tsx";
import { Chosen, isTelling } from "./Chosen.tsx";
import { EraseDialog } from "./EraseDialog.tsx";
import { Finder } from "./Finder.tsx";
import { FoundTable, NotErased, Progress } from "./parts.tsx";
import { foundIn, type Place, placeKey, request, useErasure } from "./useErasures.ts";

/** Holds that stand against it, so that nobody finds out by being refused. */
function Held({ names }: { names: string[] }) {
  const translate = useTranslate();
  const { holds } = useHolds();
  const { datasets } = useDatasets();
  const concerned = datasets.filter(({ name }) => names.includes(name));
  const whole = [...new Set(concerned.flatMap(({ id }) => wholeHolds(holds, id).slice(0, 1)))];
  const inPart = concerned.filter(({ id }) => rowHolds(holds, id).length > 0);
  return (
    <>
      {whole.map((hold) => (
        <HoldNotice key={hold.id} hold={hold} />
      ))}
      {inPart.map(({ id, name }) => (
        <Alert
          key={id}
          severity="warning"
          action={
            <Button component={Link} to="/holds" color="inherit">
              {translate("app.retention.to_holds")}
            </Button>
          }
        >
          {translate("app.erasure.held_rows", { name })}
        </Alert>
      ))}
    </>
  );
}

interface ResultProps {
  id: string;
  places: Place[];
  reason: string;
  onAgain: () => void;
}

/** What a search has found, and the way on. */
function Result({ id, places, reason, onAgain }: ResultProps) {
  const translate = useTranslate();
  const { erasure } = useErasure(id);
  const [asking, setAsking] = useState(false);
  const names = [...new Set(places.map(({ dataset }) => dataset))];
  if (!erasure) return null;
  const done = erasure.state === "succeeded";
  return (
    <>
      <Progress erasure={erasure} />
      {done && (
        <>
          <Section flush title={translate("app.erasure.places_search")}>
            <FoundTable found={erasure.found} />
          </Section>
          <Section title={translate("app.erasure.not_erased")}>
            <NotErased names={names} notes={erasure.notes} />
          </Section>
          <Held names={names} />
        </>
      )}
      <Stack direction="row" spacing={1}>
        {done && foundIn(erasure.found).length > 0 && (
          <Button variant="contained" color="error" onClick={() => setAsking(true)}>
            {translate("app.erasure.erase")}
          </Button>
        )}
        <Button onClick={onAgain}>{translate("app.erasure.again")}</Button>
      </Stack>
      {asking && <EraseDialog places={places} reason={reason} onClose={() => setAsking(false)} />}
    </>
  );
}

function SearchForm({
  places,
  onSearched,
}: {
  places: Place[];
  onSearched: (id: string, reason: string) => void;
}) {
  const translate = useTranslate();
  const [reason, setReason] = useState("");
  const search = useChange(async () => {
    onSearched(await request(places, reason, true), reason);
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void search.act();
  };
  return (
    <Stack component="form" onSubmit={submit} spacing={1} sx={{ maxWidth: 640 }}>
      <TextField
        required
        label={translate("app.erasure.reason")}
        helperText={translate("app.erasure.reason_help")}
        value={reason}
        error={search.problem?.field === "reason"}
        onChange={(event) => setReason(event.target.value)}
        slotProps={{ htmlInput: { maxLength: MAX_REASON } }}
      />
      {search.problem && <ProblemAlert problem={search.problem} />}
      <Typography variant="body2" color="textSecondary">
        {translate("app.erasure.search_hint")}
      </Typography>
      <Box>
        <Button type="submit" variant="contained" loading={search.busy} disabled={places.length === 0}>
          {translate("app.erasure.search_now")}
        </Button>
      </Box>
    </Stack>
  );
}

interface Searched {
  id: string;
  reason: string;
  places: Place[];
}

function Steps({ onAgain }: { onAgain: () => void }) {
  const translate = useTranslate();
  const [places, setPlaces] = useState<Place[]>([]);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [searched, setSearched] = useState<Searched | null>(null);
  const title = (number: number, step: string) => `${number}. ${translate(`app.erasure.steps.${step}`)}`;
  // What was found before stays: a person is known by several values.
  const add = (found: Place[], isChosen: (place: Place) => boolean) => {
    const known = new Set(places.map(placeKey));
    setPlaces([...places, ...found.filter((place) => !known.has(placeKey(place)))]);
    setChosen(new Set([...chosen, ...found.filter(isChosen).map(placeKey)]));
  };
  const subject = places.filter((place) => chosen.has(placeKey(place)));
  return (
    <Stack spacing={2}>
      <Section title={title(1, "find")} hint={translate("app.erasure.find_hint")}>
        <Finder onFound={(found) => add(found, isTelling)} />
        <Typography component="h3" variant="subtitle2" sx={{ mt: 2, mb: 1 }}>
          {translate("app.erasure.by_hand")}
        </Typography>
        <ByHand onAdd={(place) => add([place], () => true)} />
        <Typography variant="body2" color="textSecondary" sx={{ mt: 1.5 }}>
          {translate("app.erasure.subject_kept")}
        </Typography>
      </Section>
      {places.length > 0 && (
        <Section title={title(2, "search")} hint={translate("app.erasure.choose_hint")}>
          <Stack spacing={2}>
            <Chosen places={places} chosen={chosen} onChange={searched ? null : setChosen} />
            {!searched && (
              <SearchForm
                places={subject}
                onSearched={(id, reason) => setSearched({ id, reason, places: subject })}
              />
            )}
          </Stack>
        </Section>
      )}
      {searched && (
        <>
          <Typography component="h2" variant="h6">
            {title(3, "erase")}
          </Typography>
          <Result {...searched} onAgain={onAgain} />
        </>
      )}
    </Stack>
  );
}

/** From what is known of a person to what of them is where, and from there to its end. */
export default function NewErasure() {
  const translate = useTranslate();
  const [round, setRound] = useState(0);
  const title = translate("app.erasure.new");
  return (
    <Gate permissions={["compliance.delete"]} title={title}>
      <Page
        title={title}
        subtitle={translate("app.erasure.subtitle")}
        crumbs={[{ label: translate("app.erasure.title"), to: "/erasures" }]}
      >
        <Steps key={round} onAgain={() => setRound(round + 1)} />
      </Page>
    </Gate>
  );
}
