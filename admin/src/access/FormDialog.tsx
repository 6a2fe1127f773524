import { Box, Button, Dialog, DialogActions, DialogContent, DialogTitle } from "@mui/material";
import { type FormEvent, type ReactNode, useId } from "react";
import { useTranslate } from "react-admin";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { SCROLLING_FORM } from "../components/styles.ts";
import type { Problem } from "../providers/errors.ts";

interface Props {
  title: string;
  submit: string;
  problem: Problem | null;
  busy: boolean;
  danger?: boolean;
  wide?: boolean;
  onSubmit: () => void;
  onClose: () => void;
  children: ReactNode;
}

/** A form in a dialog: what is wrong stands above it, its buttons stay in sight. */
export function FormDialog({
  title,
  submit,
  problem,
  busy,
  danger,
  wide,
  onSubmit,
  onClose,
  children,
}: Props) {
  const translate = useTranslate();
  const id = useId();
  const send = (event: FormEvent) => {
    event.preventDefault();
    onSubmit();
  };
  return (
    <Dialog open onClose={onClose} fullWidth maxWidth={wide ? "md" : "sm"} aria-labelledby={id}>
      <Box component="form" onSubmit={send} sx={SCROLLING_FORM}>
        <DialogTitle id={id}>{title}</DialogTitle>
        <DialogContent>
          {problem && <ProblemAlert problem={problem} />}
          {children}
        </DialogContent>
        <DialogActions>
          <Button onClick={onClose}>{translate("ra.action.cancel")}</Button>
          <Button type="submit" variant="contained" loading={busy} color={danger ? "error" : "primary"}>
            {submit}
          </Button>
        </DialogActions>
      </Box>
    </Dialog>
  );
}
