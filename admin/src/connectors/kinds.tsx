import ApiIcon from "@mui/icons-material/ApiOutlined";
import CloudIcon from "@mui/icons-material/CloudOutlined";
import DnsIcon from "@mui/icons-material/DnsOutlined";
import FolderIcon from "@mui/icons-material/FolderSharedOutlined";
import GrainIcon from "@mui/icons-material/GrainOutlined";
import BucketIcon from "@mui/icons-material/Inventory2Outlined";
import HttpIcon from "@mui/icons-material/LanguageOutlined";
import MemoryIcon from "@mui/icons-material/MemoryOutlined";
import DocumentsIcon from "@mui/icons-material/SchemaOutlined";
import DatabaseIcon from "@mui/icons-material/StorageOutlined";
import type { ReactElement } from "react";
import { useTranslate } from "react-admin";

const ICONS: Record<string, ReactElement> = {
  postgres: <DatabaseIcon />,
  mysql: <DnsIcon />,
  mongodb: <DocumentsIcon />,
  s3: <BucketIcon />,
  gcs: <CloudIcon />,
  sftp: <FolderIcon />,
  http: <HttpIcon />,
  rest: <ApiIcon />,
  redis: <MemoryIcon />,
  kafka: <GrainIcon />,
};

export const kindIcon = (kind: string): ReactElement => ICONS[kind] ?? <DatabaseIcon />;

/** The name of a kind and what it is good for, in one line. */
export function useKindWords(): (kind: string) => { title: string; line: string } {
  const translate = useTranslate();
  return (kind) => ({
    title: translate(`app.ingest.kinds.${kind}.title`, { _: kind }),
    line: translate(`app.ingest.kinds.${kind}.line`, { _: "" }),
  });
}
