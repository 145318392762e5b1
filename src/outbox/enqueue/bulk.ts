import { EnvoiError, misconfigured } from "../../errors.ts";
import { Message } from "../../message/message.ts";
import { type EnqueueOptions, type MailOptions, readEnqueueOptions } from "./enqueue-options.ts";
import type { Enqueuer, Prepared } from "./enqueuer.ts";
import type { OutboxMessage } from "./rendered.ts";

/** A mail of `enqueueAll`: a message, or one with options of its own. */
export type BulkItem = OutboxMessage | (MailOptions & { readonly message: OutboxMessage });

/** Enqueues mails in groups. */
export async function enqueueAll(
  enqueuer: Enqueuer,
  items: Iterable<BulkItem> | AsyncIterable<BulkItem>,
  options: EnqueueOptions,
): Promise<{ enqueued: number; duplicates: number }> {
  const { via } = readEnqueueOptions(options);
  const { via: _, ...shared } = options;
  const counts = { enqueued: 0, duplicates: 0 };
  const count = ({ duplicate }: { duplicate: boolean }): void => {
    counts[duplicate ? "duplicates" : "enqueued"]++;
  };
  let group: Prepared[] = [];
  const flush = async (): Promise<void> => {
    if (group.length > 0) for (const each of await enqueuer.enqueueAll(group, via)) count(each);
    group = [];
  };
  let index = 0;
  for await (const item of iterable(items)) {
    const prepared = await prepare(enqueuer, item, shared, index++);
    if (prepared.content.pieces.length > 0) {
      await flush();
      count(await enqueuer.enqueue(prepared, via));
    } else if (group.push(prepared) >= most) await flush();
  }
  await flush();
  return counts;
}

/** Mails in one statement. */
const most = 200;

function iterable(items: unknown): Iterable<BulkItem> | AsyncIterable<BulkItem> {
  const given = Object(items) as Partial<Iterable<BulkItem> & AsyncIterable<BulkItem>>;
  const sound =
    typeof given[Symbol.iterator] === "function" || typeof given[Symbol.asyncIterator] === "function";
  if (sound && typeof items === "object") return items as Iterable<BulkItem>;
  throw misconfigured(
    "enqueueAll: expects an array or another iterable of mails; for a single mail there is enqueue()",
  );
}

async function prepare(
  enqueuer: Enqueuer,
  item: BulkItem,
  shared: MailOptions,
  index: number,
): Promise<Prepared> {
  const wrapped = typeof item === "object" && item !== null && !Message.is(item) && "message" in item;
  const { message, ...own } = wrapped ? item : { message: item };
  try {
    return await enqueuer.prepare(message, readEnqueueOptions({ ...shared, ...own }));
  } catch (error) {
    if (EnvoiError.is(error))
      Object.defineProperty(error, "message", { value: `items[${index}]: ${error.message}` });
    throw error;
  }
}
