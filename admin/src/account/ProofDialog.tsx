import KeyIcon from "@mui/icons-material/KeyOutlined";
import {
  Alert,
  Button,
  Dialog,
  DialogActions,
  DialogContent,
  DialogTitle,
  Stack,
  Typography,
} from "@mui/material";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslate } from "react-admin";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { SCROLLING_FORM } from "../components/styles.ts";
import { call } from "../providers/http.ts";
import { signOut } from "../providers/session.ts";
import { ACCOUNT, type Account, readAccount } from "./api.ts";
import { CodeField } from "./CodeField.tsx";
import { PasswordField } from "./PasswordField.tsx";
import { passkeysWork, showPasskey } from "./passkeys.ts";
import { useAct } from "./useAct.ts";

type Kind = Account["proofs"][number];
const ORDER: Kind[] = ["passkey", "totp", "password", "recovery"];

async function prove(kind: Kind, given: string): Promise<void> {
  if (kind === "password") {
    await call("/auth/reauthenticate", { password: given });
  } else if (kind === "passkey") {
    const { challenge, options } = await call<{ challenge: string; options: unknown }>(
      "/auth/reauthenticate/options",
      {},
    );
    const response = await showPasskey(options);
    await call("/auth/reauthenticate", { challenge, proof: { kind, response } });
  } else {
    await call("/auth/reauthenticate", { proof: { kind, code: given } });
  }
}

/** By nothing that this browser could ask for: the way is to sign in again. */
function Elsewhere() {
  const translate = useTranslate();
  return (
    <Stack spacing={1.5} sx={{ alignItems: "flex-start" }}>
      <Alert severity="info">{translate("app.account.proof.elsewhere")}</Alert>
      <Button variant="contained" onClick={() => signOut()}>
        {translate("app.account.proof.sign_in_again")}
      </Button>
    </Stack>
  );
}

function Fields({ kind }: { kind: Kind }) {
  const translate = useTranslate();
  if (kind === "password") {
    return <PasswordField name="password" label={translate("app.login.password")} autoFocus />;
  }
  if (kind === "passkey") return <Typography>{translate("app.signin.passkey_text")}</Typography>;
  return <CodeField kind={kind} />;
}

export default function ProofDialog({ onDone, onClose }: { onDone: () => void; onClose: () => void }) {
  const translate = useTranslate();
  const { data: account } = useQuery({ queryKey: ACCOUNT, queryFn: readAccount });
  const kinds = ORDER.filter((one) => account?.proofs.includes(one) && (one !== "passkey" || passkeysWork()));
  const [chosen, setChosen] = useState<Kind | null>(null);
  const kind = chosen ?? kinds[0];
  const { act, busy, problem } = useAct(async (how: Kind, given: string) => {
    await prove(how, given);
    onDone();
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    // A dialog's form is a child of the form that is waiting, as far as React's events go.
    event.stopPropagation();
    const form = new FormData(event.currentTarget);
    if (kind) void act(kind, String(form.get(kind === "password" ? "password" : "code") ?? ""));
  };
  return (
    <Dialog open onClose={onClose} fullWidth maxWidth="xs" aria-labelledby="proof-title">
      <form onSubmit={submit} style={SCROLLING_FORM}>
        <DialogTitle id="proof-title">{translate("app.account.proof.title")}</DialogTitle>
        <DialogContent>
          <Stack spacing={2}>
            <Typography color="textSecondary">{translate("app.account.proof.text")}</Typography>
            {problem && <ProblemAlert problem={problem} />}
            {account && !kind && <Elsewhere />}
            {kind && <Fields kind={kind} />}
            <Stack direction="row" useFlexGap sx={{ flexWrap: "wrap", gap: 1 }}>
              {kinds
                .filter((one) => one !== kind)
                .map((one) => (
                  <Button key={one} onClick={() => setChosen(one)}>
                    {translate(`app.signin.use_${one}`)}
                  </Button>
                ))}
            </Stack>
          </Stack>
        </DialogContent>
        <DialogActions>
          <Button onClick={onClose}>{translate("ra.action.cancel")}</Button>
          <Button
            type="submit"
            variant="contained"
            loading={busy}
            disabled={!kind}
            {...(kind === "passkey" ? { startIcon: <KeyIcon /> } : {})}
          >
            {translate("app.account.proof.confirm")}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
