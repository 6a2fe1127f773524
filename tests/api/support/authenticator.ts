/** A passkey's authenticator in software: an ES256 key that answers both ceremonies as a browser would hand them over. */
import { createHash, createSign, generateKeyPairSync, randomBytes } from "node:crypto";

type Cbor = number | string | Buffer | Map<number | string, Cbor>;

function head(major: number, value: number): Buffer {
  if (value < 24) return Buffer.from([(major << 5) | value]);
  if (value < 256) return Buffer.from([(major << 5) | 24, value]);
  return Buffer.from([(major << 5) | 25, value >> 8, value & 255]);
}

function cbor(value: Cbor): Buffer {
  if (typeof value === "number") return value >= 0 ? head(0, value) : head(1, -1 - value);
  if (typeof value === "string")
    return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (Buffer.isBuffer(value)) return Buffer.concat([head(2, value.length), value]);
  const entries = [...value].flatMap(([key, item]) => [cbor(key), cbor(item)]);
  return Buffer.concat([head(5, value.size), ...entries]);
}

const b64 = (bytes: Buffer): string => bytes.toString("base64url");
const sha256 = (data: string | Buffer): Buffer => createHash("sha256").update(data).digest();
/** Present, verified. */
const FLAGS = 0x05;
const WITH_KEY = 0x40;

export interface Authenticator {
  register(challenge: string, origin: string): object;
  answer(challenge: string, origin: string, change?: { counter?: number; tamper?: boolean }): object;
}

export function createAuthenticator(rpId: string): Authenticator {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const { x, y } = publicKey.export({ format: "jwk" });
  const id = randomBytes(32);
  let counter = 0;
  const data = (flags: number, count: number, rest: Buffer = Buffer.alloc(0)): Buffer => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(count);
    return Buffer.concat([sha256(rpId), Buffer.from([flags]), bytes, rest]);
  };
  const client = (type: string, challenge: string, origin: string): Buffer =>
    Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }));
  const outline = { id: b64(id), rawId: b64(id), type: "public-key", clientExtensionResults: {} };
  return {
    register(challenge, origin) {
      const key = new Map<number, Cbor>([
        [1, 2],
        [3, -7],
        [-1, 1],
        [-2, Buffer.from(x!, "base64url")],
        [-3, Buffer.from(y!, "base64url")],
      ]);
      const rest = Buffer.concat([Buffer.alloc(16), Buffer.from([0, id.length]), id, cbor(key)]);
      const object = new Map<string, Cbor>([
        ["fmt", "none"],
        ["attStmt", new Map()],
        ["authData", data(FLAGS | WITH_KEY, counter, rest)],
      ]);
      return {
        ...outline,
        response: {
          clientDataJSON: b64(client("webauthn.create", challenge, origin)),
          attestationObject: b64(cbor(object)),
          transports: ["internal"],
        },
      };
    },
    answer(challenge, origin, change = {}) {
      counter = change.counter ?? counter + 1;
      const authenticatorData = data(FLAGS, counter);
      const clientData = client("webauthn.get", challenge, origin);
      const signature = createSign("sha256")
        .update(Buffer.concat([authenticatorData, sha256(clientData)]))
        .sign(privateKey);
      if (change.tamper) signature[signature.length - 1]! ^= 1;
      return {
        ...outline,
        response: {
          clientDataJSON: b64(clientData),
          authenticatorData: b64(authenticatorData),
          signature: b64(signature),
        },
      };
    },
  };
}
