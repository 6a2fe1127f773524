/** The browser's dialogues for passkeys. The library is loaded when one is opened. */
import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from "@simplewebauthn/browser";
import { ApiError } from "../providers/errors.ts";

/** Browsers know passkeys for names, not for addresses in digits. */
const DIGITS = /^[\d.]+$|^\[/;

export const passkeysWork = (): boolean =>
  typeof window.PublicKeyCredential === "function" && !DIGITS.test(window.location.hostname);

async function ceremony<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const name = error instanceof Error ? error.name : "";
    if (name === "InvalidStateError")
      throw new ApiError({ code: "PASSKEY_KNOWN", message: "This device has one" }, 400);
    throw new ApiError(
      { code: "PASSKEY", message: error instanceof Error ? error.message : String(error) },
      400,
    );
  }
}

/** Lets the person show one of their passkeys. Errors: ApiError PASSKEY. */
export async function showPasskey(options: unknown) {
  const { startAuthentication } = await import("@simplewebauthn/browser");
  return ceremony(() =>
    startAuthentication({ optionsJSON: options as PublicKeyCredentialRequestOptionsJSON }),
  );
}

/** Lets the person make a passkey. Errors: ApiError PASSKEY, PASSKEY_KNOWN. */
export async function makePasskey(options: unknown) {
  const { startRegistration } = await import("@simplewebauthn/browser");
  return ceremony(() =>
    startRegistration({ optionsJSON: options as PublicKeyCredentialCreationOptionsJSON }),
  );
}
