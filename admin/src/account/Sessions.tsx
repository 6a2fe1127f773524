import {
  Box,
  Button,
  Chip,
  Stack,
  Table,
  TableBody,
  TableCell,
  TableHead,
  TableRow,
  Typography,
} from "@mui/material";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslate } from "react-admin";
import { ActionsCell } from "../components/ActionsCell.tsx";
import { Ago } from "../components/Figures.tsx";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { Section } from "../components/Section.tsx";
import { problemOf } from "../providers/errors.ts";
import { call } from "../providers/http.ts";
import { signOut } from "../providers/session.ts";
import { Confirm } from "./Confirm.tsx";
import { deviceOf } from "./devices.ts";
import { useAct } from "./useAct.ts";

const KEY = ["sessions"];

interface OwnSession {
  id: string;
  org: string | null;
  method: string;
  current: boolean;
  createdAt: string;
  lastSeenAt: string;
  factor: string | null;
  ip: string | null;
  userAgent: string | null;
  expiresAt: string;
}

function useMethod(): (session: OwnSession) => string {
  const translate = useTranslate();
  return ({ method, factor }) => {
    const [kind = "", provider = ""] = method.split(":");
    const first = translate(`app.account.session.method_${kind}`, { _: method, provider });
    if (!factor || factor === kind) return first;
    return `${first} + ${translate(`app.account.session.factor_${factor}`, { _: factor })}`;
  };
}

function Row({ session, onEnd }: { session: OwnSession; onEnd: () => Promise<void> }) {
  const translate = useTranslate();
  const method = useMethod();
  const { act, busy } = useAct(onEnd);
  const device = deviceOf(session.userAgent);
  return (
    <TableRow>
      <TableCell title={session.userAgent ?? ""}>
        <Stack direction="row" spacing={1} sx={{ alignItems: "center" }}>
          <Typography sx={{ fontWeight: 600 }}>{device}</Typography>
          {session.current && <Chip color="success" label={translate("app.account.session.this")} />}
        </Stack>
      </TableCell>
      <TableCell>{session.ip ?? "–"}</TableCell>
      <TableCell>{session.org ?? translate("app.account.session.platform")}</TableCell>
      <TableCell>{method(session)}</TableCell>
      <TableCell>
        <Ago at={session.createdAt} />
      </TableCell>
      <TableCell>
        <Ago at={session.lastSeenAt} />
      </TableCell>
      <TableCell align="right">
        {!session.current && (
          <Button
            color="error"
            loading={busy}
            onClick={() => act()}
            aria-label={translate("app.account.session.end_of", { device })}
          >
            {translate("app.account.session.end")}
          </Button>
        )}
      </TableCell>
    </TableRow>
  );
}

export default function Sessions() {
  const translate = useTranslate();
  const client = useQueryClient();
  const { data, error } = useQuery({
    queryKey: KEY,
    queryFn: () => call<{ sessions: OwnSession[] }>("/auth/sessions"),
  });
  const [ending, setEnding] = useState<"others" | "all" | null>(null);
  const refresh = () => client.invalidateQueries({ queryKey: KEY });
  const end = async (id: string) => {
    await call("/auth/sessions/end", { id });
    await refresh();
  };
  const endAll = async () => {
    await call("/auth/sessions/end-all", { keepThis: ending === "others" });
    if (ending === "all") await signOut();
    else await refresh();
  };
  const sessions = data?.sessions ?? [];
  return (
    <Section
      title={translate("app.account.session.title")}
      hint={translate("app.account.session.hint")}
      flush
      actions={
        <Stack direction="row" useFlexGap spacing={1} sx={{ flexWrap: "wrap", justifyContent: "flex-end" }}>
          {sessions.length > 1 && (
            <Button variant="outlined" onClick={() => setEnding("others")}>
              {translate("app.account.session.end_others")}
            </Button>
          )}
          <Button color="error" onClick={() => setEnding("all")}>
            {translate("app.account.session.end_all")}
          </Button>
        </Stack>
      }
    >
      {error && (
        <Box sx={{ p: 2 }}>
          <ProblemAlert problem={problemOf(error)} />
        </Box>
      )}
      <Table size="small">
        <TableHead>
          <TableRow>
            {["device", "place", "organization", "method", "since", "seen"].map((name) => (
              <TableCell key={name}>{translate(`app.account.session.${name}`)}</TableCell>
            ))}
            <ActionsCell />
          </TableRow>
        </TableHead>
        <TableBody>
          {sessions.map((session) => (
            <Row key={session.id} session={session} onEnd={() => end(session.id)} />
          ))}
        </TableBody>
      </Table>
      {ending && (
        <Confirm
          title={translate(`app.account.session.end_${ending}`)}
          text={translate(`app.account.session.end_${ending}_text`)}
          submit={translate(`app.account.session.end_${ending}`)}
          work={endAll}
          onClose={() => setEnding(null)}
        />
      )}
    </Section>
  );
}
