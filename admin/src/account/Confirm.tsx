import { Typography } from "@mui/material";
import { FormDialog } from "./FormDialog.tsx";
import { useAct } from "./useAct.ts";

interface Props {
  title: string;
  text: string;
  submit: string;
  work: () => Promise<void>;
  onClose: () => void;
}

/** Asks before something that cannot be taken back. */
export function Confirm({ title, text, submit, work, onClose }: Props) {
  const { act, busy, problem } = useAct(async () => {
    await work();
    onClose();
  });
  return (
    <FormDialog
      title={title}
      submit={submit}
      busy={busy}
      problem={problem}
      onSubmit={() => act()}
      onClose={onClose}
      danger
    >
      <Typography>{text}</Typography>
    </FormDialog>
  );
}
