import KeyIcon from "@mui/icons-material/VpnKeyOutlined";
import { Box, Button, Chip, Stack, TablePagination, TextField, Typography } from "@mui/material";
import { useState } from "react";
import { useTranslate } from "react-admin";
import { PlainTable } from "../access/PlainTable.tsx";
import { Ago, Bytes, Count } from "../components/Figures.tsx";
import { Section } from "../components/Section.tsx";
import { useMay } from "../layout/useSession.ts";
import type { Check, Find } from "./types.ts";

const PAGE = 25;
const MAX_COLUMNS = 6;

function Columns({ find }: { find: Find }) {
  const translate = useTranslate();
  const columns = find.columns ?? [];
  const more = columns.length - MAX_COLUMNS;
  return (
    <Stack direction="row" useFlexGap spacing={0.5} sx={{ flexWrap: "wrap" }}>
      {columns.slice(0, MAX_COLUMNS).map(({ name, type }) => (
        <Chip
          key={name}
          label={name}
          title={type}
          {...(find.key?.includes(name)
            ? {
                icon: <KeyIcon titleAccess={translate("app.ingest.find.in_key")} />,
                color: "primary" as const,
              }
            : {})}
        />
      ))}
      {more > 0 && (
        <Typography variant="body2" color="textSecondary" sx={{ alignSelf: "center" }}>
          {translate("app.ingest.find.more", { smart_count: more })}
        </Typography>
      )}
    </Stack>
  );
}

/** What the last discovery found, as a list to choose from. */
export function Finds({ check, onRead }: { check: Check; onRead: (find: Find) => void }) {
  const translate = useTranslate();
  const mayCreate = useMay("datasource.create");
  const [text, setText] = useState("");
  const [page, setPage] = useState(0);
  const all = check.result?.found ?? [];
  const found = all.filter(({ name }) => name.toLowerCase().includes(text.toLowerCase()));
  return (
    <Section
      flush
      title={translate("app.ingest.find.title", { smart_count: all.length })}
      hint={
        <>
          {translate("app.ingest.find.hint")} <Ago at={check.finishedAt} />
        </>
      }
      actions={
        all.length > PAGE && (
          <TextField
            label={translate("app.ingest.find.search")}
            value={text}
            onChange={(event) => {
              setText(event.target.value);
              setPage(0);
            }}
            sx={{ maxWidth: 240 }}
          />
        )
      }
    >
      <PlainTable
        rows={found.slice(page * PAGE, (page + 1) * PAGE)}
        keyOf={({ name }) => name}
        empty="app.ingest.find.none"
        columns={[
          {
            label: "app.ingest.fields.name",
            cell: ({ name }) => <Box sx={{ fontWeight: 600, overflowWrap: "anywhere" }}>{name}</Box>,
          },
          { label: "app.ingest.find.columns", cell: (find) => <Columns find={find} /> },
          {
            label: "app.ingest.find.size",
            align: "right",
            cell: ({ rows, bytes }) =>
              rows !== undefined && rows > 0 ? (
                <>
                  ≈ <Count value={rows} /> {translate("app.ingest.find.rows")}
                </>
              ) : bytes !== undefined ? (
                <Bytes value={bytes} />
              ) : (
                ""
              ),
          },
          {
            label: null,
            cell: (find) =>
              mayCreate && (
                <Button
                  variant="outlined"
                  onClick={() => onRead(find)}
                  aria-label={`${translate("app.ingest.find.read")}: ${find.name}`}
                >
                  {translate("app.ingest.find.read")}
                </Button>
              ),
          },
        ]}
      />
      {found.length > PAGE && (
        <TablePagination
          component="div"
          count={found.length}
          page={page}
          rowsPerPage={PAGE}
          rowsPerPageOptions={[PAGE]}
          onPageChange={(_event, number) => setPage(number)}
          labelDisplayedRows={({ from, to, count }) =>
            translate("ra.navigation.page_range_info", { offsetBegin: from, offsetEnd: to, total: count })
          }
          getItemAriaLabel={(type) => translate(`app.page.${type}`)}
        />
      )}
    </Section>
  );
}
