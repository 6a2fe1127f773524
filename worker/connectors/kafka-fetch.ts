/** Reading spans of a topic's partitions, of committed transactions alone, from whichever brokers lead them. */
import { type Consumer, IS_CONTROL, IS_TRANSACTIONAL, type RecordsBatch } from "@platformatic/kafka";
import { SourceError } from "./failures.ts";

/** `from` up to, not including, `to`. */
export interface Span {
  from: bigint;
  to: bigint;
}
export interface Message {
  partition: number;
  offset: bigint;
  key: string | null;
  value: string | null;
  time: Date;
}

type FetchResponsePartition = Awaited<
  ReturnType<Consumer["fetch"]>
>["responses"][number]["partitions"][number];

const READ_COMMITTED = 1;
const WAIT_MS = 1000;
const MAX_BYTES = 8 * 1024 * 1024;
const MAX_PARTITION_BYTES = 1024 * 1024;
/** Without any progress for so long, the broker counts as down. */
const SILENCE_MS = 60_000;
const EARLIEST = -2n;
const LATEST = -1n;

/** From where to where, by partition; without those that have nothing new. */
export async function spansOf(
  consumer: Consumer,
  topic: string,
  reached: Record<string, string>,
): Promise<Map<number, Span>> {
  const ask = async (timestamp: bigint): Promise<bigint[]> =>
    (await consumer.listOffsets({ topics: [topic], timestamp, isolationLevel: READ_COMMITTED })).get(topic) ??
    [];
  const [earliest, latest] = [await ask(EARLIEST), await ask(LATEST)];
  const spans = new Map<number, Span>();
  for (const [partition, to] of latest.entries()) {
    const first = earliest[partition] ?? 0n;
    const before = BigInt(reached[String(partition)] ?? "0");
    const from = before > first ? before : first;
    if (to > from) spans.set(partition, { from, to });
  }
  return spans;
}

/** True for the marker that ends a transaction without effect: {version, type}, 16 bits each; 0 is abort. */
function isAbort(batch: RecordsBatch): boolean {
  const key = batch.records[0]?.key;
  return key !== null && key !== undefined && key.length >= 4 && key.readInt16BE(2) === 0;
}

/** The messages of one answer for a partition, and the offset after it. */
function* messagesOf(
  answer: FetchResponsePartition,
  position: { next: bigint },
  to: bigint,
): Generator<Message> {
  const aborted = [...(answer.abortedTransactions ?? [])].sort((a, b) =>
    a.firstOffset < b.firstOffset ? -1 : 1,
  );
  const open = new Set<bigint>();
  for (const batch of answer.records ?? []) {
    const last = batch.firstOffset + BigInt(batch.lastOffsetDelta);
    while (aborted[0] !== undefined && aborted[0].firstOffset <= last) open.add(aborted.shift()!.producerId);
    const isControl = (batch.attributes & IS_CONTROL) !== 0;
    if (isControl && isAbort(batch)) open.delete(batch.producerId);
    const dropped = isControl || ((batch.attributes & IS_TRANSACTIONAL) !== 0 && open.has(batch.producerId));
    for (const record of dropped ? [] : batch.records) {
      const offset = batch.firstOffset + BigInt(record.offsetDelta);
      // A batch may begin before what was asked for, and end behind it.
      if (offset < position.next || offset >= to) continue;
      yield {
        partition: answer.partitionIndex,
        offset,
        key: record.key?.toString("utf8") ?? null,
        value: record.value?.toString("utf8") ?? null,
        time: new Date(Number(batch.firstTimestamp + record.timestampDelta)),
      };
    }
    // Compacted offsets are passed by, which no message has.
    if (last + 1n > position.next) position.next = last + 1n;
  }
}

/** All messages of the spans. Errors: SourceError down where a broker gives nothing more. */
export async function* fetchSpans(
  consumer: Consumer,
  topic: string,
  spans: Map<number, Span>,
  signal: AbortSignal,
): AsyncGenerator<Message> {
  consumer.topics.track(topic);
  const open = new Map([...spans].map(([partition, { from, to }]) => [partition, { next: from, to }]));
  let progressed = Date.now();
  // Each round asks the leaders for what is left; ends when nothing is, or with the silence.
  while (open.size > 0) {
    signal.throwIfAborted();
    const metadata = await consumer.metadata({ topics: [topic] });
    const found = metadata.topics.get(topic);
    if (found === undefined)
      throw new SourceError("missing", `there is no topic ${topic}`, "Check its name.", { field: "topic" });
    const byLeader = Map.groupBy(open.keys(), (partition) => found.partitions[partition]?.leader ?? -1);
    for (const [node, partitions] of byLeader) {
      const response = await consumer.fetch({
        node,
        maxWaitTime: WAIT_MS,
        minBytes: 1,
        maxBytes: MAX_BYTES,
        isolationLevel: READ_COMMITTED,
        topics: [
          {
            topicId: found.id,
            partitions: partitions.map((partition) => ({
              partition,
              currentLeaderEpoch: -1,
              fetchOffset: open.get(partition)!.next,
              lastFetchedEpoch: -1,
              partitionMaxBytes: MAX_PARTITION_BYTES,
            })),
          },
        ],
      });
      for (const answer of response.responses.flatMap((one) => one.partitions)) {
        const position = open.get(answer.partitionIndex);
        if (position === undefined) continue;
        const before = position.next;
        yield* messagesOf(answer, position, position.to);
        if (position.next > before) progressed = Date.now();
        if (position.next >= position.to) open.delete(answer.partitionIndex);
      }
    }
    if (Date.now() - progressed > SILENCE_MS) {
      throw new SourceError(
        "down",
        `${topic}: the broker gives nothing more`,
        "It is tried again by itself.",
      );
    }
  }
}
