import type { ReactNode } from "react";
import { useTranslate } from "react-admin";
import { Page } from "../components/Page.tsx";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { useSession } from "../layout/useSession.ts";

interface Props {
  /** Any of these opens the room. The database decides all the same. */
  permissions: readonly string[];
  title: string;
  children: ReactNode;
}

/** A room for some: others, come by its address, are told what is missing and whom to ask. */
export function Gate({ permissions, title, children }: Props) {
  const translate = useTranslate();
  const held = useSession()?.permissions ?? [];
  if (permissions.some((one) => held.includes(one))) return children;
  return (
    <Page title={title}>
      <ProblemAlert
        severity="warning"
        problem={{
          code: "FORBIDDEN",
          message: translate("app.access.gate"),
          hint: translate("app.access.gate_hint", { permissions: permissions.join(", ") }),
        }}
      />
    </Page>
  );
}
