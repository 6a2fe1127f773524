import KeyIcon from "@mui/icons-material/KeyOutlined";
import CodesIcon from "@mui/icons-material/ListAltOutlined";
import PhoneIcon from "@mui/icons-material/PhonelinkLockOutlined";
import {
  Button,
  Chip,
  Dialog,
  DialogActions,
  DialogContent,
  DialogTitle,
  List,
  ListItem,
  ListItemIcon,
  ListItemText,
  Stack,
} from "@mui/material";
import { type ReactNode, Suspense, useState } from "react";
import { useTranslate } from "react-admin";
import { Ago } from "../components/Figures.tsx";
import { lazily } from "../components/lazily.ts";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { Section } from "../components/Section.tsx";
import { problemOf } from "../providers/errors.ts";
import { call } from "../providers/http.ts";
import type { Account, Passkey } from "./api.ts";
import { Confirm } from "./Confirm.tsx";
import { Identities } from "./Identities.tsx";
import { RecoveryCodes } from "./RecoveryCodes.tsx";
import { useAccount } from "./useAccount.ts";
import { useAct } from "./useAct.ts";

const TotpSetup = lazily(() => import("./TotpSetup.tsx"));
const PasskeySetup = lazily(() => import("./PasskeySetup.tsx"));

/** What is open over the page. */
type Open =
  | { kind: "totp" | "passkey" | "remove_totp" }
  | { kind: "remove_passkey"; passkey: Passkey }
  | { kind: "codes"; codes: string[] };

function SetupDialog({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Dialog open fullWidth maxWidth="xs" aria-labelledby="setup-title">
      <DialogTitle id="setup-title">{title}</DialogTitle>
      <DialogContent>
        <Suspense fallback={null}>{children}</Suspense>
      </DialogContent>
    </Dialog>
  );
}

function CodesDialog({ codes, onClose }: { codes: string[]; onClose: () => void }) {
  const translate = useTranslate();
  return (
    <Dialog open fullWidth maxWidth="xs" aria-labelledby="codes-title">
      <DialogTitle id="codes-title">{translate("app.account.recovery.title")}</DialogTitle>
      <DialogContent>
        <RecoveryCodes codes={codes} />
      </DialogContent>
      <DialogActions>
        <Button variant="contained" onClick={onClose}>
          {translate("app.account.recovery.kept")}
        </Button>
      </DialogActions>
    </Dialog>
  );
}

interface LineProps {
  icon: ReactNode;
  primary: ReactNode;
  secondary: ReactNode;
  actions: ReactNode;
}

function Line({ icon, primary, secondary, actions }: LineProps) {
  return (
    <ListItem divider sx={{ gap: 1, flexWrap: { xs: "wrap", sm: "nowrap" } }}>
      <ListItemIcon sx={{ minWidth: 40 }}>{icon}</ListItemIcon>
      <ListItemText primary={primary} secondary={secondary} sx={{ minWidth: 180 }} />
      {actions}
    </ListItem>
  );
}

const State = ({ on }: { on: boolean }) => {
  const translate = useTranslate();
  return (
    <Chip
      color={on ? "success" : "default"}
      label={translate(on ? "app.account.factor.on" : "app.account.factor.off")}
      sx={{ ml: 1 }}
    />
  );
};

function Passkeys({ passkeys, open }: { passkeys: Passkey[]; open: (next: Open) => void }) {
  const translate = useTranslate();
  return passkeys.map((passkey) => (
    <Line
      key={passkey.id}
      icon={<KeyIcon color="primary" />}
      primary={passkey.name}
      secondary={
        <>
          {translate("app.account.passkey.added")} <Ago at={passkey.createdAt} />
          {" · "}
          {passkey.lastUsedAt ? (
            <>
              {translate("app.account.passkey.used")} <Ago at={passkey.lastUsedAt} />
            </>
          ) : (
            translate("app.account.passkey.unused")
          )}
          {passkey.backedUp && ` · ${translate("app.account.passkey.synced")}`}
        </>
      }
      actions={
        <Button
          color="error"
          onClick={() => open({ kind: "remove_passkey", passkey })}
          aria-label={translate("app.account.passkey.remove_of", { name: passkey.name })}
        >
          {translate("app.account.remove")}
        </Button>
      }
    />
  ));
}

function Factors({ account, open }: { account: Account; open: (next: Open) => void }) {
  const translate = useTranslate();
  const renewCodes = useAct(async () => {
    const { recoveryCodes } = await call<{ recoveryCodes: string[] }>("/auth/recovery-codes", {});
    open({ kind: "codes", codes: recoveryCodes });
  });
  const enrolled = account.totp || account.passkeys.length > 0;
  return (
    <Section title={translate("app.account.factor.title")} hint={translate("app.account.factor.hint")} flush>
      {renewCodes.problem && <ProblemAlert problem={renewCodes.problem} />}
      <List disablePadding>
        <Line
          icon={<PhoneIcon color={account.totp ? "primary" : "action"} />}
          primary={
            <>
              {translate("app.account.totp.title")}
              <State on={account.totp} />
            </>
          }
          secondary={translate("app.account.totp.hint")}
          actions={
            account.totp ? (
              <Button color="error" onClick={() => open({ kind: "remove_totp" })}>
                {translate("app.account.remove")}
              </Button>
            ) : (
              <Button variant="outlined" onClick={() => open({ kind: "totp" })}>
                {translate("app.account.totp.add")}
              </Button>
            )
          }
        />
        <Line
          icon={<KeyIcon color={account.passkeys.length > 0 ? "primary" : "action"} />}
          primary={
            <>
              {translate("app.account.passkey.title")}
              <State on={account.passkeys.length > 0} />
            </>
          }
          secondary={translate("app.account.passkey.hint")}
          actions={
            <Button variant="outlined" onClick={() => open({ kind: "passkey" })}>
              {translate("app.account.passkey.add")}
            </Button>
          }
        />
        <Passkeys passkeys={account.passkeys} open={open} />
        <Line
          icon={<CodesIcon color={account.recoveryCodes > 0 ? "primary" : "action"} />}
          primary={translate("app.account.recovery.title")}
          secondary={
            account.recoveryCodes > 0
              ? translate("app.account.recovery.left", { smart_count: account.recoveryCodes })
              : translate("app.account.recovery.none")
          }
          actions={
            <Button disabled={!enrolled} loading={renewCodes.busy} onClick={() => renewCodes.act()}>
              {translate("app.account.recovery.renew")}
            </Button>
          }
        />
      </List>
    </Section>
  );
}

function Opened({ open, close, setOpen }: { open: Open; close: () => void; setOpen: (next: Open) => void }) {
  const translate = useTranslate();
  const done = (codes: string[] | null) => (codes ? setOpen({ kind: "codes", codes }) : close());
  if (open.kind === "codes") return <CodesDialog codes={open.codes} onClose={close} />;
  if (open.kind === "totp" || open.kind === "passkey") {
    const Setup = open.kind === "totp" ? TotpSetup : PasskeySetup;
    return (
      <SetupDialog title={translate(`app.account.${open.kind}.add`)}>
        <Setup onDone={done} onBack={close} />
      </SetupDialog>
    );
  }
  const passkey = open.kind === "remove_passkey" ? open.passkey : null;
  return (
    <Confirm
      title={translate(passkey ? "app.account.passkey.remove" : "app.account.totp.remove")}
      text={translate(passkey ? "app.account.passkey.remove_text" : "app.account.totp.remove_text", {
        name: passkey?.name ?? "",
      })}
      submit={translate("app.account.remove")}
      work={async () => {
        if (passkey) await call("/auth/passkeys/remove", { id: passkey.id });
        else await call("/auth/totp/remove", {});
      }}
      onClose={close}
    />
  );
}

export default function Security() {
  const { account, error, refresh } = useAccount();
  const [open, setOpen] = useState<Open | null>(null);
  if (!account) return error ? <ProblemAlert problem={problemOf(error)} /> : null;
  const close = () => {
    setOpen(null);
    void refresh();
  };
  return (
    <Stack spacing={2}>
      <Factors account={account} open={setOpen} />
      <Identities />
      {open && <Opened open={open} close={close} setOpen={setOpen} />}
    </Stack>
  );
}
