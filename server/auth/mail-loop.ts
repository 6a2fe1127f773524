/**
 * Sends the mails that PostgreSQL has queued, as soon as a transaction that queued one is over, and again later when
 * sending failed. The token of a mail's link is made here and goes into the mail alone; the database gets its digest.
 * Several servers may run this at once: each mail is leased by one.
 */
import { z } from "zod";
import { explain } from "../../lib/errors.ts";
import { createMailer, type Mailer } from "../../lib/mail.ts";
import type { Listener } from "../listener.ts";
import type { AuthParts } from "./context.ts";
import { digestOf, newSecret } from "./opaque.ts";

const LOOK_EVERY_MS = 20_000;
const MAX_AT_ONCE = 100;
const NO_ORIGIN = { requestId: "", ip: "", userAgent: "" };

const mailShape = z
  .union([
    z.object({ skip: z.literal(true) }),
    z.object({
      id: z.uuid(),
      template: z.string(),
      recipient: z.string(),
      locale: z.enum(["en", "fr"]),
      purpose: z.string().nullable(),
      data: z.record(z.string(), z.string()),
      tries: z.number(),
    }),
  ])
  .nullable();

/** Pages of the back office. The token stands behind #, which browsers send to nobody. */
const PAGES: Record<string, string> = {
  invitation: "/invitation",
  recovery: "/new-password",
  verify: "/confirm-email",
  email_old: "/confirm-email",
  email_new: "/confirm-email",
};

export interface MailLoop {
  start(listener: Listener): void;
  stop(): Promise<void>;
}

async function sendNext(parts: AuthParts, mailer: Mailer): Promise<boolean> {
  const { gate, log, address } = parts;
  const secret = newSecret();
  const mail = await gate.call(mailShape, "lease_mail", [digestOf(secret)], NO_ORIGIN);
  if (mail === null) return false;
  if ("skip" in mail) return true;
  const link = mail.purpose ? `${address()}${PAGES[mail.purpose] ?? "/"}#${secret}` : null;
  const { template, locale, data } = mail;
  const failure = await mailer.send({ to: mail.recipient, template, locale, data, link }).then(
    () => null,
    (error: unknown) => explain(error).replaceAll(secret, "[secret]"),
  );
  if (failure)
    log.warn({ mail: mail.id, tries: mail.tries, err: failure }, "a mail was not sent; it is tried again");
  await gate.call(z.boolean(), "tell_mail", [mail.id, failure], NO_ORIGIN);
  return true;
}

export function createMailLoop(parts: AuthParts): MailLoop {
  const mailer = createMailer(parts.config);
  let timer: NodeJS.Timeout | null = null;
  let unlisten: (() => void) | null = null;
  let stopped = false;
  let running: Promise<void> | null = null;
  let again = false;

  const work = async (): Promise<void> => {
    do {
      again = false;
      for (let count = 0; count < MAX_AT_ONCE && !stopped; count++) {
        if (!(await sendNext(parts, mailer))) break;
      }
    } while (again && !stopped);
  };
  const look = (): void => {
    if (stopped) return;
    again = true;
    running ??= work()
      .catch((error: unknown) => parts.log.warn({ err: explain(error) }, "mails cannot be sent now"))
      .finally(() => {
        running = null;
      });
  };
  // A lost connection is listened on anew; until then the timer looks.
  const hear = (listener: Listener): void => {
    if (stopped) return;
    listener.listen("mail", { onEvent: look, onLost: () => hear(listener) }).then(
      (stop) => {
        unlisten = stop;
        look();
      },
      () => undefined,
    );
  };
  return {
    start(listener) {
      timer = setInterval(look, LOOK_EVERY_MS);
      hear(listener);
    },
    async stop() {
      stopped = true;
      if (timer) clearInterval(timer);
      unlisten?.();
      await running;
      mailer.close();
    },
  };
}
