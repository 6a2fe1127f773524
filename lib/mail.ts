/**
 * Sending mail: by SMTP where it is configured, else into a folder of the installation, one .eml file a mail and a line
 * in its index, which platform operators read. Nothing that people typed reaches a header as it is: control characters
 * are refused in addresses and taken out of subjects.
 */
import { appendFile, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import nodemailer from "nodemailer";
import { z } from "zod";
import { AppError } from "./errors.ts";
import { type Locale, mailText } from "./mail-texts.ts";

const MAX_SUBJECT = 200;
const SMTP_MS = 15_000;
/** What the outbox keeps; the oldest go. */
const MAX_OUTBOX = 500;
const MAX_ADDRESS = 254;

export interface Mail {
  to: string;
  template: string;
  locale: Locale;
  data: Record<string, string>;
  link: string | null;
}

export interface Mailer {
  /** Errors: AppError MAIL when it was not taken. */
  send(mail: Mail): Promise<void>;
  close(): void;
}

const CONTROL = /[\p{Cc}\p{Zl}\p{Zp}]+/gu;
/** One address and nothing that a header could read otherwise: no comma, quote, angle bracket, blank or control. */
const ADDRESS = /^[^\s@,;:<>()[\]"\\\p{Cc}]+@[^\s@,;:<>()[\]"\\\p{Cc}]+$/u;

const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (mark) => `&#${mark.charCodeAt(0)};`);

function oneLine(text: string, limit: number): string {
  return text.replace(CONTROL, " ").trim().slice(0, limit);
}

/** Subject, plain text and HTML of a mail. Errors: AppError MAIL. */
export function composeMail(mail: Mail): { to: string; subject: string; text: string; html: string } {
  if (mail.to.length > MAX_ADDRESS || !ADDRESS.test(mail.to)) {
    throw new AppError("MAIL", "this is not an address that mail can be sent to", {
      hint: "Correct the account's address.",
    });
  }
  const data = Object.fromEntries(
    Object.entries(mail.data).map(([name, value]) => [name, oneLine(value, 300)]),
  );
  const text = mailText(mail.template, mail.locale, data);
  if (!text) {
    throw new AppError("MAIL", `there is no text for mails of the kind ${mail.template}`, {
      hint: "See lib/mail-texts.ts.",
    });
  }
  const link = text.action ? mail.link : null;
  const plain = [...text.lines, ...(link ? [`${text.action}:\n${link}`] : [])].join("\n\n");
  const html = [
    "<!doctype html>",
    `<html lang="${mail.locale}"><body style="font-family:sans-serif;line-height:1.5">`,
    ...text.lines.map((line) => `<p>${escapeHtml(line)}</p>`),
    ...(link ? [`<p><a href="${escapeHtml(link)}">${escapeHtml(text.action!)}</a></p>`] : []),
    "</body></html>",
  ].join("\n");
  return { to: mail.to, subject: oneLine(text.subject, MAX_SUBJECT), text: `${plain}\n`, html };
}

/** Nodemailer parses strings of addresses; an object is taken as it is. */
const addressed = (mail: Mail, from: string) => {
  const { to, ...rest } = composeMail(mail);
  return { ...rest, from, to: { name: "", address: to }, disableFileAccess: true, disableUrlAccess: true };
};

function smtpMailer(url: string, from: string): Mailer {
  const transport = nodemailer.createTransport(url, { from });
  // What a silent server may cost.
  Object.assign(transport.options, {
    connectionTimeout: SMTP_MS,
    greetingTimeout: SMTP_MS,
    socketTimeout: SMTP_MS,
  });
  return {
    async send(mail) {
      const message = addressed(mail, from);
      try {
        await transport.sendMail(message);
      } catch (error) {
        throw new AppError("MAIL", "the mail server did not take the mail", {
          hint: "See SMTP_URL in docs/reference/settings.md; it is tried again.",
          cause: error,
        });
      }
    },
    close: () => transport.close(),
  };
}

const entryShape = z.object({
  id: z.string(),
  at: z.string(),
  to: z.string(),
  subject: z.string(),
  template: z.string(),
});
export type OutboxEntry = z.infer<typeof entryShape>;

const OUTBOX_ID = /^[0-9]{13}-[0-9a-f]{12}$/;
const outboxOf = (home: string): string => path.join(home, "outbox");

function outboxMailer(home: string, from: string): Mailer {
  const folder = outboxOf(home);
  const transport = nodemailer.createTransport({ streamTransport: true, buffer: true, newline: "unix" });
  const trim = async (): Promise<void> => {
    const files = (await readdir(folder)).filter((name) => name.endsWith(".eml")).sort();
    for (const name of files.slice(0, Math.max(0, files.length - MAX_OUTBOX))) {
      await rm(path.join(folder, name), { force: true });
    }
  };
  return {
    async send(mail) {
      const message = addressed(mail, from);
      const sent = await transport.sendMail(message);
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const at = new Date();
      const random = [...crypto.getRandomValues(new Uint8Array(6))].map((b) =>
        b.toString(16).padStart(2, "0"),
      );
      const id = `${at.getTime()}-${random.join("")}`;
      await writeFile(path.join(folder, `${id}.eml`), sent.message as Buffer, { mode: 0o600 });
      const entry: OutboxEntry = {
        id,
        at: at.toISOString(),
        to: message.to.address,
        subject: message.subject,
        template: mail.template,
      };
      await appendFile(path.join(folder, "index.ndjson"), `${JSON.stringify(entry)}\n`, { mode: 0o600 });
      await trim();
    },
    close: () => undefined,
  };
}

export function createMailer(config: {
  home: string;
  mail: { smtpUrl: string | null; from: string };
}): Mailer {
  const { smtpUrl, from } = config.mail;
  return smtpUrl ? smtpMailer(smtpUrl, from) : outboxMailer(config.home, from);
}

/** The newest mails of the outbox. */
export async function listOutbox(home: string, limit: number): Promise<OutboxEntry[]> {
  const text = await readFile(path.join(outboxOf(home), "index.ndjson"), "utf8").catch(() => "");
  const kept = Math.min(limit, MAX_OUTBOX);
  return text
    .trim()
    .split("\n")
    .filter(Boolean)
    .slice(-kept)
    .map((line) => entryShape.parse(JSON.parse(line)))
    .reverse();
}

/** One mail of the outbox as it would have been sent; null when there is none of that id. */
export async function readOutbox(home: string, id: string): Promise<string | null> {
  if (!OUTBOX_ID.test(id)) return null;
  return readFile(path.join(outboxOf(home), `${id}.eml`), "utf8").catch(() => null);
}
