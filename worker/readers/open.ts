/** A stored file opened, inspected and ready to be read. */
import { type DeclaredFormats, formatsOfLocale } from "../../lib/contract/locales.ts";
import { openContents } from "./contents.ts";
import { inspect } from "./inspect.ts";
import { type ByteSource, type Dialect, type Inspection, ReaderError } from "./types.ts";

/** What can be declared of a file instead of being detected. */
export interface Reading extends Partial<Dialect>, DeclaredFormats {
  /** Of a ZIP archive: an entry's name, or a pattern with *. */
  entry?: string;
  /** A language and country (de-DE), which stand for a decimal sign and an order of dates. */
  locale?: string;
}

export interface OpenFile {
  source: ByteSource;
  inspection: Inspection;
  /** How numbers and dates are written, as declared. */
  declared: DeclaredFormats;
  /** To be called once all reading is over. */
  close(): Promise<void>;
}

function declaredOf({ locale, decimal, dateOrder }: Reading): DeclaredFormats {
  let declared: DeclaredFormats = {};
  try {
    if (locale !== undefined) declared = formatsOfLocale(locale);
  } catch (cause) {
    throw new ReaderError(
      "bad_dialect",
      `the locale ${JSON.stringify((locale ?? "").slice(0, 40))} is not known`,
      "Name a language and, where it matters, a country: de, de-CH, en-US, fr-FR.",
      { cause },
    );
  }
  if (decimal !== undefined) declared.decimal = decimal;
  if (dateOrder !== undefined) declared.dateOrder = dateOrder;
  return declared;
}

/** Opens what packs the file and inspects what is in it. Errors: those of openContents and of inspect. */
export async function openFile(
  stored: ByteSource,
  reading: Reading = {},
  signal?: AbortSignal,
): Promise<OpenFile> {
  const { entry, locale: _l, decimal: _d, dateOrder: _o, ...overrides } = reading;
  const declared = declaredOf(reading);
  const contents = await openContents(stored, {
    ...(entry === undefined ? {} : { entry }),
    ...(signal === undefined ? {} : { signal }),
  });
  try {
    const inspection = await inspect(contents.source, overrides);
    inspection.evidence.unshift(...contents.evidence);
    return { source: contents.source, inspection, declared, close: contents.close };
  } catch (error) {
    await contents.close();
    throw error;
  }
}
