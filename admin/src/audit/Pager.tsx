import { Button, Stack } from "@mui/material";
import { useTranslate } from "react-admin";

interface Props {
  page: number;
  more: boolean;
  onChange: (page: number) => void;
}

/** Steps through pages that nobody has counted. */
export function Pager({ page, more, onChange }: Props) {
  const translate = useTranslate();
  return (
    <Stack direction="row" spacing={1} sx={{ p: 1, justifyContent: "flex-end" }}>
      <Button disabled={page === 0} onClick={() => onChange(page - 1)}>
        {translate("app.page.previous")}
      </Button>
      <Button disabled={!more} onClick={() => onChange(page + 1)}>
        {translate("app.page.next")}
      </Button>
    </Stack>
  );
}
