import { Alert, Button, Stack, TextField, Typography } from "@mui/material";
import type { FormEvent } from "react";
import { useTranslate } from "react-admin";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { call } from "../providers/http.ts";
import type { Enrolled } from "./api.ts";
import { deviceOf } from "./devices.ts";
import { makePasskey, passkeysWork } from "./passkeys.ts";
import { useAct } from "./useAct.ts";

const MAX_NAME = 100;

/** Makes a passkey, under a name that tells it from others later. */
export default function PasskeySetup({
  onDone,
  onBack,
}: {
  onDone: (codes: string[] | null) => void;
  onBack: () => void;
}) {
  const translate = useTranslate();
  const { act, busy, problem } = useAct(async (name: string) => {
    const { challenge, options } = await call<{ challenge: string; options: unknown }>(
      "/auth/passkeys/options",
      {},
    );
    const response = await makePasskey(options);
    const { recoveryCodes } = await call<Enrolled>("/auth/passkeys", { challenge, response, name });
    onDone(recoveryCodes);
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    void act(String(new FormData(event.currentTarget).get("name") ?? "").trim());
  };
  return (
    <Stack component="form" spacing={2} onSubmit={submit}>
      <Typography>{translate("app.account.passkey.what")}</Typography>
      {!passkeysWork() && <Alert severity="info">{translate("app.account.passkey.impossible")}</Alert>}
      {problem && <ProblemAlert problem={problem} />}
      <TextField
        name="name"
        required
        label={translate("app.account.passkey.name")}
        helperText={translate("app.account.passkey.name_help")}
        defaultValue={deviceOf(navigator.userAgent)}
        slotProps={{ htmlInput: { maxLength: MAX_NAME } }}
      />
      <Stack direction="row" spacing={1} sx={{ justifyContent: "flex-end" }}>
        <Button onClick={onBack}>{translate("app.account.back")}</Button>
        <Button type="submit" variant="contained" loading={busy} disabled={!passkeysWork()}>
          {translate("app.account.passkey.make")}
        </Button>
      </Stack>
    </Stack>
  );
}
