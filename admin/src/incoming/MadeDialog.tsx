import { Alert, Button, Dialog, DialogActions, DialogContent, DialogTitle, Stack } from "@mui/material";
import { useId } from "react";
import { useTranslate } from "react-admin";
import { Secret } from "../account/Secret.tsx";
import { addressOf, type Made } from "./useIncoming.ts";

/** The address to give to the sender, and the secret, this once. */
export function MadeDialog({ made, onClose }: { made: Made; onClose: () => void }) {
  const translate = useTranslate();
  const id = useId();
  return (
    <Dialog open fullWidth maxWidth="sm" aria-labelledby={id}>
      <DialogTitle id={id}>{translate("app.incoming.made")}</DialogTitle>
      <DialogContent>
        <Stack spacing={2}>
          <Secret text={made.url ?? addressOf(made.id)} label={translate("app.incoming.address")} />
          {made.secret && (
            <>
              <Alert severity="warning">{translate("app.incoming.secret_once")}</Alert>
              <Secret text={made.secret} label={translate("app.incoming.secret")} />
            </>
          )}
        </Stack>
      </DialogContent>
      <DialogActions>
        <Button variant="contained" onClick={onClose}>
          {translate(made.secret ? "app.incoming.secret_kept" : "ra.action.close")}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
