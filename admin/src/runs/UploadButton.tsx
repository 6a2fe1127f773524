import CloudUploadIcon from "@mui/icons-material/CloudUploadOutlined";
import { Button } from "@mui/material";
import { Link, useTranslate } from "react-admin";
import { useMay } from "../layout/useSession.ts";

/** The way to the upload room, for those who may load files. */
export function UploadButton({ dataset }: { dataset?: string }) {
  const translate = useTranslate();
  if (!useMay("run.execute")) return null;
  return (
    <Button
      component={Link}
      to={dataset ? `/upload?dataset=${encodeURIComponent(dataset)}` : "/upload"}
      variant="contained"
      startIcon={<CloudUploadIcon />}
    >
      {translate("app.upload.button")}
    </Button>
  );
}
