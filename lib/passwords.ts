/**
 * Passwords after NIST SP 800-63B-4, 3.1.1: at least 15 characters since they may be the only proof, at most 128, any
 * characters, no composition rules, no expiry; refused are those in common use and those close to what everybody
 * knows of the person. Hashed with argon2id and the parameters of OWASP's password storage cheat sheet (19 MiB, 2
 * passes, 1 lane).
 */
import { hash, verify } from "@node-rs/argon2";
import { AppError } from "./errors.ts";

const ARGON2ID = 2;
const PARAMETERS = { algorithm: ARGON2ID, memoryCost: 19456, timeCost: 2, parallelism: 1 };
const PREFIX = `$argon2id$v=19$m=${PARAMETERS.memoryCost},t=${PARAMETERS.timeCost},p=${PARAMETERS.parallelism}$`;

export const MIN_PASSWORD_LENGTH = 15;
export const MAX_PASSWORD_LENGTH = 128;
/** Words about the person shorter than this are in too many passwords to mean anything. */
const MIN_WORD = 4;
/** A unit that is only repeated ("abcabcabc...") is as long as the unit. */
const MAX_UNIT = 6;
const SEQUENCES = [
  "abcdefghijklmnopqrstuvwxyz",
  "01234567890123456789",
  "qwertyuiopasdfghjklzxcvbnm",
  "azertyuiopqsdfghjklmwxcvbn",
];

// The same characters typed on two systems may be different code points.
const normal = (password: string): string => password.normalize("NFKC");

export function hashPassword(password: string): Promise<string> {
  return hash(normal(password), PARAMETERS);
}

export function verifyPassword(stored: string, password: string): Promise<boolean> {
  return verify(stored, normal(password));
}

/** True for a hash that was made with other parameters than today's. */
export function needsRehash(stored: string): boolean {
  return !stored.startsWith(PREFIX);
}

let common: Promise<ReadonlySet<string>> | null = null;
/** The list is large, so it is read when the first password is chosen. */
function commonPasswords(): Promise<ReadonlySet<string>> {
  common ??= import("@zxcvbn-ts/language-common").then(
    ({ dictionary }) => new Set(dictionary["passwords-common"].map((one) => one.toLowerCase())),
  );
  return common;
}

/** The shortest text that, repeated, gives this one. */
function unitOf(text: string): string {
  for (let length = 1; length <= Math.min(text.length / 2, 40); length++) {
    const unit = text.slice(0, length);
    if (unit.repeat(Math.ceil(text.length / length)).startsWith(text)) return unit;
  }
  return text;
}

function isSequence(text: string): boolean {
  const back = [...text].reverse().join("");
  return SEQUENCES.some(
    (sequence) => (sequence + sequence).includes(text) || (sequence + sequence).includes(back),
  );
}

async function isCommon(password: string): Promise<boolean> {
  const known = await commonPasswords();
  const text = normal(password).toLowerCase();
  const unit = unitOf(text);
  // "password" with digits and marks around it, or several times over, is still "password".
  const core = text.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, "");
  return (
    unit.length <= MAX_UNIT ||
    isSequence(text) ||
    [text, unit, core, unitOf(core)].some((one) => known.has(one))
  );
}

/** What everybody knows of the person. */
export interface PasswordOwner {
  email?: string | null;
  displayName?: string | null;
  org?: string | null;
}

function isAboutOwner(password: string, owner: PasswordOwner): boolean {
  const words = [owner.email, owner.email?.split("@")[0], owner.displayName, owner.org, "cadastre"]
    .filter((word) => typeof word === "string")
    .map((word) => word.toLowerCase().replace(/[^\p{L}\p{N}]/gu, ""))
    .filter((word) => word.length >= MIN_WORD);
  const text = normal(password)
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, "");
  // Close means: without the word nothing is left that could stand by itself.
  return words.some((word) => text.includes(word) && text.length - word.length < 8);
}

/** Refuses a password that may not be chosen. Errors: AppError PASSWORD. */
export async function checkNewPassword(password: string, owner: PasswordOwner): Promise<void> {
  const refuse = (message: string, hint: string): never => {
    throw new AppError("PASSWORD", message, { hint, field: "password" });
  };
  const length = [...normal(password)].length;
  if (length < MIN_PASSWORD_LENGTH) {
    refuse(
      `the password is shorter than ${MIN_PASSWORD_LENGTH} characters`,
      "Use a sentence, or several words.",
    );
  }
  if (length > MAX_PASSWORD_LENGTH) {
    refuse(`the password is longer than ${MAX_PASSWORD_LENGTH} characters`, "Use a shorter one.");
  }
  if (await isCommon(password)) {
    refuse(
      "the password is among those in common use",
      "Use words that do not belong together, or a password manager.",
    );
  }
  if (isAboutOwner(password, owner)) {
    refuse("the password is too close to your name, address or organization", "Leave them out of it.");
  }
}
