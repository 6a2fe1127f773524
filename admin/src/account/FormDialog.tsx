import { Box, Button, Dialog, DialogActions, DialogContent, DialogTitle, Stack } from "@mui/material";
import { type FormEvent, type ReactNode, useId } from "react";
import { useTranslate } from "react-admin";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { SCROLLING_FORM } from "../components/styles.ts";
import type { Problem } from "../providers/errors.ts";

interface Props {
  title: string;
  submit: string;
  busy: boolean;
  problem: Problem | null;
  onSubmit: (form: FormData) => void;
  onClose: () => void;
  children: ReactNode;
  wide?: boolean;
  danger?: boolean;
}

/** A dialog that asks for something and then does it. */
export function FormDialog(props: Props) {
  const { title, submit, busy, problem, onSubmit, onClose, children, wide = false, danger = false } = props;
  const translate = useTranslate();
  const titleId = useId();
  const handle = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    onSubmit(new FormData(event.currentTarget));
  };
  return (
    <Dialog open onClose={onClose} fullWidth maxWidth={wide ? "sm" : "xs"} aria-labelledby={titleId}>
      <Box component="form" onSubmit={handle} sx={SCROLLING_FORM}>
        <DialogTitle id={titleId}>{title}</DialogTitle>
        <DialogContent>
          <Stack spacing={1.5} sx={{ pt: 0.5 }}>
            {problem && <ProblemAlert problem={problem} />}
            {children}
          </Stack>
        </DialogContent>
        <DialogActions>
          <Button onClick={onClose}>{translate("ra.action.cancel")}</Button>
          <Button type="submit" variant="contained" color={danger ? "error" : "primary"} loading={busy}>
            {submit}
          </Button>
        </DialogActions>
      </Box>
    </Dialog>
  );
}
