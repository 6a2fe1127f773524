/**
 * Kafka topics as NDJSON: each partition from the offset that was reached to the last one there is at the start. No
 * consumer group keeps the offsets: they are the source's cursor, so they move with the file that was submitted. Of a
 * topic that organizations share, only the messages with the organization's key are taken.
 */
import type { Consumer } from "@platformatic/kafka";
import { z } from "zod";
import { type Here, openConsumer, secret, settings, tell, withAdmin } from "./kafka-client.ts";
import { fetchSpans, type Message, type Span, spansOf } from "./kafka-fetch.ts";
import { NDJSON, nameOf, textStream } from "./text.ts";
import { defineKind, type Found, type Item, type Json, MAX_FOUND, type ReadRequest } from "./types.ts";

const selection = z.strictObject({
  topic: z.string().min(1).max(249),
  key: z.string().min(1).max(500).optional(),
});
type Request = ReadRequest<z.output<typeof selection>>;

const cursorShape = z.object({ offsets: z.record(z.string().regex(/^\d+$/), z.string().regex(/^\d+$/)) });

/** A message's value: an object's fields as they are, anything else as `value`. */
function fieldsOf(text: string | null): Record<string, Json> {
  try {
    const value = text === null ? null : (JSON.parse(text) as Json);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : { value };
  } catch {
    return { value: text };
  }
}

function lineOf({ key, value, partition, offset, time }: Message): string {
  const own = {
    message_key: key,
    message_partition: partition,
    message_offset: offset.toString(),
    message_time: time.toISOString(),
  };
  return `${JSON.stringify({ ...fieldsOf(value), ...own })}\n`;
}

async function* lines(
  at: Here,
  consumer: Consumer,
  request: Request,
  spans: Map<number, Span>,
  progress: { count: number },
): AsyncGenerator<string> {
  const { topic, key } = request.selection;
  try {
    for await (const message of fetchSpans(consumer, topic, spans, request.signal)) {
      if (key !== undefined && message.key !== key) continue;
      progress.count++;
      yield lineOf(message);
    }
  } catch (error) {
    request.signal.throwIfAborted();
    throw tell(error, at);
  }
}

async function* read(at: Here, request: Request): AsyncGenerator<Item> {
  let consumer: Consumer | null = null;
  const stop = (): void => void consumer?.close(true).catch(() => undefined);
  request.signal.addEventListener("abort", stop, { once: true });
  try {
    consumer = await openConsumer(at);
    const { topic } = request.selection;
    const before = request.how === "full" ? {} : (cursorShape.safeParse(request.cursor).data?.offsets ?? {});
    const spans = await spansOf(consumer, topic, before);
    if (spans.size === 0) return;
    const after = Object.fromEntries(
      [...spans].map(([partition, { to }]) => [String(partition), to.toString()]),
    );
    const progress = { count: 0 };
    const range = [...spans].map(([partition, { from, to }]) => `${partition}:${from}..${to}`).join(" ");
    yield {
      name: nameOf(request.source, topic, range, "ndjson"),
      options: NDJSON,
      body: textStream(lines(at, consumer, request, spans, progress)),
      cursor: () => ({ offsets: { ...before, ...after } }),
      isEmpty: () => progress.count === 0,
    };
  } catch (error) {
    request.signal.throwIfAborted();
    throw tell(error, at);
  } finally {
    request.signal.removeEventListener("abort", stop);
    await consumer?.close(true).catch(() => undefined);
  }
}

export const kafka = defineKind({
  settings,
  secret,
  selection,
  test: (at) =>
    withAdmin(at, async (admin) => {
      const { brokers } = await admin.metadata({ topics: [] });
      return { message: `Kafka, ${brokers.size} brokers` };
    }),
  discover: (at) =>
    withAdmin(at, async (admin) => {
      const topics = (await admin.listTopics({ includeInternals: false })).sort();
      return topics.slice(0, MAX_FOUND + 1).map(
        (topic): Found => ({
          name: topic,
          selection: { topic },
          key: ["message_partition", "message_offset"],
        }),
      );
    }),
  read,
});
