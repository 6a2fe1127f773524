import { Box, Button, Skeleton, Stack, Typography } from "@mui/material";
import { QRCodeSVG } from "qrcode.react";
import { type FormEvent, useEffect, useState } from "react";
import { useTranslate } from "react-admin";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { call } from "../providers/http.ts";
import type { Enrolled } from "./api.ts";
import { CodeField } from "./CodeField.tsx";
import { Secret } from "./Secret.tsx";
import { useAct } from "./useAct.ts";

const QR_SIZE = 176;

interface Seed {
  secret: string;
  uri: string;
}

/** In groups of four, as people read it to another device. */
const grouped = (secret: string): string => secret.replace(/(.{4})(?=.)/g, "$1 ");

/** Sets up an authenticator app: a code to scan or to type, and a first code as the proof that it works. */
export default function TotpSetup({
  onDone,
  onBack,
}: {
  onDone: (codes: string[] | null) => void;
  onBack: () => void;
}) {
  const translate = useTranslate();
  const [seed, setSeed] = useState<Seed | null>(null);
  const start = useAct(async () => setSeed(await call<Seed>("/auth/totp/start", {})));
  const confirm = useAct(async (code: string) => {
    const { recoveryCodes } = await call<Enrolled>("/auth/totp/confirm", { code });
    onDone(recoveryCodes);
  });
  useEffect(() => {
    void start.act();
  }, [start.act]);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    void confirm.act(String(new FormData(event.currentTarget).get("code") ?? "").trim());
  };
  const problem = start.problem ?? confirm.problem;
  return (
    <Stack component="form" spacing={2} onSubmit={submit}>
      <Typography>{translate("app.account.totp.scan")}</Typography>
      <Box
        sx={{
          alignSelf: "center",
          lineHeight: 0,
          p: 1.5,
          bgcolor: "#fff",
          borderRadius: 1,
          border: 1,
          borderColor: "divider",
        }}
      >
        {seed ? (
          <QRCodeSVG value={seed.uri} size={QR_SIZE} level="M" title={translate("app.account.totp.qr")} />
        ) : (
          <Skeleton variant="rectangular" width={QR_SIZE} height={QR_SIZE} />
        )}
      </Box>
      {seed && (
        <Box>
          <Typography variant="body2" color="textSecondary" sx={{ mb: 0.5 }}>
            {translate("app.account.totp.type")}
          </Typography>
          <Secret text={grouped(seed.secret)} label={translate("app.account.totp.secret")} />
        </Box>
      )}
      {problem && <ProblemAlert problem={problem} />}
      <CodeField kind="totp" autoFocus={false} />
      <Stack direction="row" spacing={1} sx={{ justifyContent: "flex-end" }}>
        <Button onClick={onBack}>{translate("app.account.back")}</Button>
        <Button type="submit" variant="contained" loading={confirm.busy} disabled={!seed}>
          {translate("app.account.totp.confirm")}
        </Button>
      </Stack>
    </Stack>
  );
}
