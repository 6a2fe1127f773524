import {
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
import { useEffect, useState } from "react";
import { useNotify, useTranslate } from "react-admin";
import { ActionsCell } from "../components/ActionsCell.tsx";
import { Ago } from "../components/Figures.tsx";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { Section } from "../components/Section.tsx";
import { useSession } from "../layout/useSession.ts";
import { problemOf, sentence } from "../providers/errors.ts";
import {
  type AccessRequest,
  type Grant,
  type MyAccess,
  readAccess,
  revokeGrant,
  withdrawRequest,
} from "./access.ts";
import { RightDialog } from "./RightDialog.tsx";
import { ObjectName, PersonName, RequestStatus, RightName, useSpan } from "./rights.tsx";
import { TimeLeft } from "./TimeLeft.tsx";
import { useAct } from "./useAct.ts";
import { Verdicts } from "./Verdicts.tsx";

const KEY = ["myAccess"];

function Roles({ access }: { access: MyAccess }) {
  const translate = useTranslate();
  const role = access.membership?.roleKey ?? "";
  return (
    <Section title={translate("app.account.access.roles")} hint={translate("app.account.access.roles_hint")}>
      <Stack direction="row" useFlexGap spacing={1} sx={{ flexWrap: "wrap" }}>
        <Chip color="primary" label={translate(`app.roles.${role}`, { _: role })} />
        {access.ownRoles.nodes.map((own) => (
          <Chip key={own.roleKey} label={own.roleKeyOrgRole?.title || own.roleKey} />
        ))}
      </Stack>
    </Section>
  );
}

interface GrantsProps {
  access: MyAccess;
  grants: Grant[];
  /** `given` to oneself, or `passed` on to others. */
  kind: "given" | "passed";
  onEnd: ((id: string) => Promise<void>) | null;
}

function EndButton({ label, work }: { label: string; work: () => Promise<void> }) {
  const notify = useNotify();
  const { act, busy, problem } = useAct(work);
  useEffect(() => {
    if (problem) notify(sentence(problem), { type: "error" });
  }, [problem, notify]);
  return (
    <Button color="error" loading={busy} onClick={() => act()}>
      {label}
    </Button>
  );
}

interface GrantRowProps extends Omit<GrantsProps, "grants"> {
  grant: Grant;
}

function GrantRow({ access, grant, kind, onEnd }: GrantRowProps) {
  const translate = useTranslate();
  return (
    <TableRow sx={{ verticalAlign: "top" }}>
      <TableCell>
        <RightName right={grant} />
        {grant.effect === "deny" && <Chip color="error" label={translate("app.account.access.denied")} />}
      </TableCell>
      <TableCell>
        <ObjectName right={grant} access={access} />
      </TableCell>
      <TableCell>
        <PersonName
          id={kind === "given" ? (grant.delegatedBy ?? grant.grantedBy) : grant.userId}
          access={access}
        />
        {kind === "given" && grant.delegatedBy && (
          <Typography variant="body2" color="textSecondary">
            {translate("app.account.access.delegated")}
          </Typography>
        )}
      </TableCell>
      <TableCell>{grant.reason || "–"}</TableCell>
      <TableCell>
        <TimeLeft until={grant.endsAt} />
      </TableCell>
      {onEnd && (
        <TableCell align="right">
          {(kind === "passed" || grant.delegatedBy) && (
            <EndButton
              label={translate(kind === "passed" ? "app.account.access.end" : "app.account.access.give_back")}
              work={() => onEnd(grant.id)}
            />
          )}
        </TableCell>
      )}
    </TableRow>
  );
}

function Grants({ access, grants, kind, onEnd }: GrantsProps) {
  const translate = useTranslate();
  return (
    <Section
      title={translate(`app.account.access.${kind}`)}
      hint={translate(`app.account.access.${kind}_hint`)}
      flush
    >
      {grants.length === 0 ? (
        <Typography color="textSecondary" sx={{ px: 2, pb: 2 }}>
          {translate(`app.account.access.${kind}_none`)}
        </Typography>
      ) : (
        <Table size="small">
          <TableHead>
            <TableRow>
              {["right", "where", kind === "given" ? "from" : "to", "reason", "left"].map((name) => (
                <TableCell key={name}>{translate(`app.account.access.${name}`)}</TableCell>
              ))}
              {onEnd && <ActionsCell />}
            </TableRow>
          </TableHead>
          <TableBody>
            {grants.map((grant) => (
              <GrantRow key={grant.id} access={access} grant={grant} kind={kind} onEnd={onEnd} />
            ))}
          </TableBody>
        </Table>
      )}
    </Section>
  );
}

interface RequestsProps {
  access: MyAccess;
  onWithdraw: ((id: string) => Promise<void>) | null;
}

function RequestRow({ access, request, onWithdraw }: RequestsProps & { request: AccessRequest }) {
  const translate = useTranslate();
  const span = useSpan();
  const notes = request.requestDecisions.nodes.map((one) => one.note).filter((note) => note !== "");
  return (
    <TableRow sx={{ verticalAlign: "top" }}>
      <TableCell>
        <RightName right={request} />
      </TableCell>
      <TableCell>
        <ObjectName right={request} access={access} />
        {request.columns.length > 0 && (
          <Typography variant="body2" color="textSecondary">
            {request.columns.join(", ")}
          </Typography>
        )}
      </TableCell>
      <TableCell>{span(request.duration)}</TableCell>
      <TableCell>{request.reason}</TableCell>
      <TableCell>
        <Ago at={request.createdAt} />
      </TableCell>
      <TableCell>
        <RequestStatus status={request.status} />
        {notes.map((note) => (
          <Typography key={note} variant="body2" color="textSecondary">
            {note}
          </Typography>
        ))}
      </TableCell>
      {onWithdraw && (
        <TableCell align="right">
          {request.status === "pending" && (
            <EndButton
              label={translate("app.account.request.withdraw")}
              work={() => onWithdraw(request.id)}
            />
          )}
        </TableCell>
      )}
    </TableRow>
  );
}

function Requests({ access, onWithdraw }: RequestsProps) {
  const translate = useTranslate();
  return (
    <Section
      title={translate("app.account.request.title")}
      hint={translate("app.account.request.hint")}
      flush
    >
      {access.requests.nodes.length === 0 ? (
        <Typography color="textSecondary" sx={{ px: 2, pb: 2 }}>
          {translate("app.account.request.none")}
        </Typography>
      ) : (
        <Table size="small">
          <TableHead>
            <TableRow>
              {["right", "where", "span", "reason", "asked", "state"].map((name) => (
                <TableCell key={name}>{translate(`app.account.access.${name}`)}</TableCell>
              ))}
              {onWithdraw && <ActionsCell />}
            </TableRow>
          </TableHead>
          <TableBody>
            {access.requests.nodes.map((request) => (
              <RequestRow key={request.id} access={access} request={request} onWithdraw={onWithdraw} />
            ))}
          </TableBody>
        </Table>
      )}
    </Section>
  );
}

export default function Access() {
  const translate = useTranslate();
  const client = useQueryClient();
  const session = useSession();
  // Who looks as somebody else sees what that person may.
  const me = session?.viewAs?.userId ?? session?.user.id ?? "";
  const { data: access, error } = useQuery({ queryKey: [...KEY, me], queryFn: () => readAccess(me) });
  const [open, setOpen] = useState<"ask" | "delegate" | null>(null);
  if (!access) return error ? <ProblemAlert problem={problemOf(error)} /> : null;
  const refresh = () => client.invalidateQueries({ queryKey: KEY });
  const then = (work: (id: string) => Promise<void>) => async (id: string) => {
    await work(id);
    await refresh();
  };
  const readOnly = Boolean(session?.viewAs);
  return (
    <Stack spacing={2}>
      {!readOnly && (
        <Stack direction="row" spacing={1}>
          <Button variant="contained" onClick={() => setOpen("ask")}>
            {translate("app.account.request.ask")}
          </Button>
          <Button variant="outlined" onClick={() => setOpen("delegate")}>
            {translate("app.account.request.delegate")}
          </Button>
        </Stack>
      )}
      <Roles access={access} />
      <Requests access={access} onWithdraw={readOnly ? null : then(withdrawRequest)} />
      <Grants
        access={access}
        grants={access.given.nodes}
        kind="given"
        onEnd={readOnly ? null : then(revokeGrant)}
      />
      <Grants
        access={access}
        grants={access.passedOn.nodes}
        kind="passed"
        onEnd={readOnly ? null : then(revokeGrant)}
      />
      <Verdicts verdicts={access.verdicts.nodes} />
      {open && (
        <RightDialog
          mode={open}
          access={access}
          onDone={() => {
            setOpen(null);
            void refresh();
          }}
          onClose={() => setOpen(null)}
        />
      )}
    </Stack>
  );
}
