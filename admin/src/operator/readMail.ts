/** What people read of a mail: its plain part, with the transfer's encoding undone. */

const HEADERS_END = /\r?\n\r?\n/;

function part(text: string): { headers: string; body: string } {
  const end = HEADERS_END.exec(text);
  if (!end) return { headers: text, body: "" };
  return { headers: text.slice(0, end.index), body: text.slice(end.index + end[0].length) };
}

function utf8(binary: string): string {
  return new TextDecoder().decode(Uint8Array.from(binary, (mark) => mark.charCodeAt(0)));
}

function decode(headers: string, body: string): string {
  if (/^content-transfer-encoding:\s*base64/im.test(headers)) return utf8(atob(body.replace(/\s/g, "")));
  if (!/^content-transfer-encoding:\s*quoted-printable/im.test(headers)) return body;
  const joined = body.replace(/=\r?\n/g, "");
  const binary = joined.replace(/=([0-9A-F]{2})/gi, (_all, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
  return utf8(binary);
}

export function readMail(source: string): string {
  const { headers, body } = part(source);
  const boundary = /boundary="?([^";\r\n]+)"?/i.exec(headers)?.[1];
  if (!boundary) return decode(headers, body).trim();
  const parts = body.split(`--${boundary}`).map((one) => part(one.replace(/^\r?\n/, "")));
  const plain = parts.find((one) => /^content-type:\s*text\/plain/im.test(one.headers));
  return plain ? decode(plain.headers, plain.body).trim() : source;
}
