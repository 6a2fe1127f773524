import DownloadIcon from "@mui/icons-material/DownloadOutlined";
import PrintIcon from "@mui/icons-material/PrintOutlined";
import { Alert, Box, Button, GlobalStyles, Stack } from "@mui/material";
import { useTranslate } from "react-admin";
import { CopyButton } from "./Secret.tsx";

const FILE = "cadastre-recovery-codes.txt";

function save(text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  const anchor = document.createElement("a");
  anchor.href = address;
  anchor.download = FILE;
  anchor.click();
  URL.revokeObjectURL(address);
}

/** On paper there are the codes and nothing else of the page. */
const ON_PAPER = (
  <GlobalStyles
    styles={{
      "@media print": {
        "body *": { visibility: "hidden" },
        "#recovery-codes, #recovery-codes *": { visibility: "visible", color: "#000" },
        "#recovery-codes": { position: "fixed", left: 24, top: 24 },
      },
    }}
  />
);

/** Shown once: with each of them one gets in when the phone or the key is lost. */
export function RecoveryCodes({ codes }: { codes: string[] }) {
  const translate = useTranslate();
  const text = `${codes.join("\n")}\n`;
  return (
    <Stack spacing={1.5}>
      {ON_PAPER}
      <Alert severity="warning">{translate("app.account.recovery.once")}</Alert>
      <Box
        component="ol"
        id="recovery-codes"
        aria-label={translate("app.account.recovery.title")}
        sx={{
          m: 0,
          p: 2,
          listStyle: "none",
          fontFamily: "monospace",
          fontSize: "0.95rem",
          lineHeight: 1.9,
          border: 1,
          borderColor: "divider",
          borderRadius: 1,
          bgcolor: "background.default",
        }}
      >
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </Box>
      <Stack direction="row" spacing={1} useFlexGap sx={{ flexWrap: "wrap" }}>
        <CopyButton text={text} label={translate("app.account.recovery.title")} />
        <Button variant="outlined" startIcon={<DownloadIcon />} onClick={() => save(text)}>
          {translate("app.account.recovery.download")}
        </Button>
        <Button variant="outlined" startIcon={<PrintIcon />} onClick={() => window.print()}>
          {translate("app.account.recovery.print")}
        </Button>
      </Stack>
    </Stack>
  );
}
