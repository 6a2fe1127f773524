import MailIcon from "@mui/icons-material/MailOutlined";
import {
  Box,
  Button,
  Dialog,
  DialogActions,
  DialogContent,
  DialogTitle,
  Link as MuiLink,
  Table,
  TableBody,
  TableCell,
  TableHead,
  TableRow,
} from "@mui/material";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslate } from "react-admin";
import { EmptyState } from "../components/EmptyState.tsx";
import { Moment } from "../components/Figures.tsx";
import { Page } from "../components/Page.tsx";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { Section } from "../components/Section.tsx";
import { ApiError, problemOf, readProblem } from "../providers/errors.ts";
import { call, request } from "../providers/http.ts";
import { readMail } from "./readMail.ts";

const MAX_MAILS = 200;
const POLL_MS = 10_000;

interface Entry {
  id: string;
  at: string;
  to: string;
  subject: string;
  template: string;
}

async function fetchMail(id: string): Promise<string> {
  const response = await request(`/ops/outbox/${encodeURIComponent(id)}`);
  if (response.ok) return readMail(await response.text());
  throw new ApiError(
    readProblem(await response.json().catch(() => null), response.statusText),
    response.status,
  );
}

function MailDialog({ entry, onClose }: { entry: Entry; onClose: () => void }) {
  const translate = useTranslate();
  const { data, error } = useQuery({ queryKey: ["outbox", entry.id], queryFn: () => fetchMail(entry.id) });
  return (
    <Dialog open onClose={onClose} fullWidth maxWidth="md" aria-labelledby="mail-title">
      <DialogTitle id="mail-title">{entry.subject}</DialogTitle>
      <DialogContent>
        {error && <ProblemAlert problem={problemOf(error)} />}
        <Box
          component="pre"
          // A long mail scrolls, and so must be reachable by keyboard.
          tabIndex={0}
          sx={{ m: 0, whiteSpace: "pre-wrap", overflowWrap: "anywhere", fontFamily: "monospace" }}
        >
          {data}
        </Box>
      </DialogContent>
      <DialogActions>
        <Button onClick={onClose}>{translate("ra.action.close")}</Button>
      </DialogActions>
    </Dialog>
  );
}

/** Mails that nobody was sent, because no mail server is named: for operators, who pass their links on. */
export default function Outbox() {
  const translate = useTranslate();
  const [open, setOpen] = useState<Entry | null>(null);
  const { data, error } = useQuery({
    queryKey: ["outbox"],
    queryFn: () => call<{ mails: Entry[] }>(`/ops/outbox?limit=${MAX_MAILS}`),
    refetchInterval: POLL_MS,
  });
  const mails = data?.mails ?? [];
  return (
    <Page title={translate("app.outbox.title")} subtitle={translate("app.outbox.subtitle")}>
      {error && <ProblemAlert problem={problemOf(error)} />}
      {data && mails.length === 0 && (
        <Section>
          <EmptyState
            icon={<MailIcon />}
            title={translate("app.outbox.empty")}
            text={translate("app.outbox.empty_text")}
          />
        </Section>
      )}
      {mails.length > 0 && (
        <Section flush>
          <Table size="small">
            <TableHead>
              <TableRow>
                {["subject", "to", "at"].map((name) => (
                  <TableCell key={name}>{translate(`app.outbox.${name}`)}</TableCell>
                ))}
              </TableRow>
            </TableHead>
            <TableBody>
              {mails.map((entry) => (
                <TableRow key={entry.id} hover>
                  <TableCell>
                    <MuiLink
                      component="button"
                      type="button"
                      onClick={() => setOpen(entry)}
                      sx={{ fontWeight: 600, textAlign: "left" }}
                    >
                      {entry.subject}
                    </MuiLink>
                  </TableCell>
                  <TableCell>{entry.to}</TableCell>
                  <TableCell>
                    <Moment at={entry.at} />
                  </TableCell>
                </TableRow>
              ))}
            </TableBody>
          </Table>
        </Section>
      )}
      {open && <MailDialog entry={open} onClose={() => setOpen(null)} />}
    </Page>
  );
}
