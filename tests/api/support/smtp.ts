/** A real mail server on a port of its own, and what it received, read back into text. */
import type { AddressInfo } from "node:net";
import { SMTPServer } from "smtp-server";

export interface ReceivedMail {
  /** As the envelope says. */
  to: string[];
  raw: string;
  subject: string;
  text: string;
  html: string;
  /** The token behind # of the link. */
  token: string;
}

export interface MailServer {
  url: string;
  mails: ReceivedMail[];
  /** Waits for the next mail to an address that nobody has taken yet. */
  next(to: string): Promise<ReceivedMail>;
  /** Refuse everything until told otherwise. */
  refuse(on: boolean): void;
  close(): Promise<void>;
}

const WAIT_MS = 4000;

function decode(body: string, encoding: string): string {
  if (encoding === "base64") return Buffer.from(body, "base64").toString("utf8");
  if (encoding !== "quoted-printable") return body;
  const bytes = body
    .replace(/=\r\n/g, "")
    .replace(/=([0-9A-F]{2})/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, "latin1").toString("utf8");
}

function words(header: string): string {
  return header
    .replace(/\r\n\s+/g, " ")
    .replace(/\?=\s+=\?/g, "?==?")
    .replace(/=\?UTF-8\?([QB])\?([^?]*)\?=/gi, (_all, kind: string, text: string) =>
      kind.toUpperCase() === "B"
        ? decode(text, "base64")
        : decode(text.replaceAll("_", " "), "quoted-printable"),
    );
}

export function readMail(raw: string, to: string[]): ReceivedMail {
  const header = raw.slice(0, raw.indexOf("\r\n\r\n"));
  const subject = words(/^Subject: ((?:.|\r\n\s)*)/im.exec(header)?.[1]?.split(/\r\n(?!\s)/)[0] ?? "");
  const boundary = /boundary="([^"]+)"/.exec(header)?.[1] ?? "";
  const part = (type: string): string => {
    const found = raw.split(`--${boundary}`).find((piece) => piece.includes(`Content-Type: ${type}`)) ?? "";
    const at = found.indexOf("\r\n\r\n");
    const encoding = /Content-Transfer-Encoding: (\S+)/i.exec(found.slice(0, at))?.[1] ?? "7bit";
    return decode(found.slice(at + 4), encoding.toLowerCase());
  };
  const text = part("text/plain");
  return { to, raw, subject, text, html: part("text/html"), token: /#([\w-]{43})/.exec(text)?.[1] ?? "" };
}

export async function startMailServer(): Promise<MailServer> {
  const mails: ReceivedMail[] = [];
  const taken = new Set<ReceivedMail>();
  let refusing = false;
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS", "AUTH"],
    logger: false,
    onData(stream, session, callback) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        if (refusing) {
          callback(Object.assign(new Error("not now"), { responseCode: 451 }));
          return;
        }
        const to = session.envelope.rcptTo.map((one) => one.address);
        mails.push(readMail(Buffer.concat(chunks).toString("utf8"), to));
        callback();
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    mails,
    refuse: (on) => {
      refusing = on;
    },
    async next(to) {
      const until = Date.now() + WAIT_MS;
      for (;;) {
        const found = mails.find((mail) => !taken.has(mail) && mail.to.includes(to));
        if (found) {
          taken.add(found);
          return found;
        }
        if (Date.now() > until) throw new Error(`no mail to ${to} came; ${mails.length} did`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
