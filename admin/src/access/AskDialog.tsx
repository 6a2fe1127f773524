import { DialogContentText } from "@mui/material";
import type { ReactNode } from "react";
import { useChange } from "./api.ts";
import { FormDialog } from "./FormDialog.tsx";

interface Props {
  title: string;
  text: ReactNode;
  confirm: string;
  done: string;
  act: () => Promise<unknown>;
  onClose: () => void;
}

/** Asks before something is taken away, and says what happens then. */
export function AskDialog({ title, text, confirm, done, act, onClose }: Props) {
  const remove = useChange(async () => {
    await act();
    onClose();
  }, done);
  return (
    <FormDialog
      title={title}
      submit={confirm}
      problem={remove.problem}
      busy={remove.busy}
      danger
      onSubmit={remove.act}
      onClose={onClose}
    >
      <DialogContentText component="div">{text}</DialogContentText>
    </FormDialog>
  );
}
