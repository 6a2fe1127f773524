import CloudUploadIcon from "@mui/icons-material/CloudUploadOutlined";
import DescriptionIcon from "@mui/icons-material/DescriptionOutlined";
import { Box, Button, Paper, Stack, Typography } from "@mui/material";
import { type DragEvent, useRef, useState } from "react";
import { useTranslate } from "react-admin";
import { Bytes } from "../components/Figures.tsx";

const ACCEPT = ".csv,.tsv,.tab,.txt,.psv,.dat,.json,.jsonl,.ndjson,text/csv,application/x-ndjson";

interface Props {
  file: File | null;
  disabled: boolean;
  onFile: (file: File) => void;
}

/** Takes a file by drag and drop, or by the button: the button is what the keyboard uses. */
export function DropZone({ file, disabled, onFile }: Props) {
  const translate = useTranslate();
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const dropped = event.dataTransfer.files[0];
    if (dropped && !disabled) onFile(dropped);
  };
  return (
    <Paper
      variant="outlined"
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
      sx={{
        borderStyle: "dashed",
        borderWidth: 2,
        borderColor: over ? "primary.main" : "divider",
        bgcolor: over ? "action.hover" : "background.paper",
        p: file ? 2 : 6,
      }}
    >
      <Stack
        direction={file ? "row" : "column"}
        spacing={1.5}
        sx={{
          alignItems: "center",
          justifyContent: file ? "flex-start" : "center",
          textAlign: file ? "left" : "center",
        }}
      >
        <Box aria-hidden sx={{ color: "primary.main", lineHeight: 0, "& svg": { fontSize: file ? 32 : 48 } }}>
          {file ? <DescriptionIcon /> : <CloudUploadIcon />}
        </Box>
        <Box sx={{ flex: file ? 1 : undefined, minWidth: 0 }}>
          <Typography sx={{ fontWeight: 650, overflowWrap: "anywhere" }}>
            {file ? file.name : translate("app.upload.drop")}
          </Typography>
          <Typography variant="body2" color="textSecondary">
            {file ? <Bytes value={file.size} /> : translate("app.upload.formats")}
          </Typography>
        </Box>
        <Button
          variant={file ? "text" : "contained"}
          disabled={disabled}
          onClick={() => input.current?.click()}
        >
          {translate(file ? "app.upload.other" : "app.upload.choose")}
        </Button>
      </Stack>
      <input
        ref={input}
        type="file"
        hidden
        accept={ACCEPT}
        aria-label={translate("app.upload.choose")}
        onChange={(event) => {
          const chosen = event.target.files?.[0];
          if (chosen) onFile(chosen);
          // The same file chosen again must count as a choice.
          event.target.value = "";
        }}
      />
    </Paper>
  );
}
