/** Messages of every kind for property tests, as plain data, so that an oracle in another language can be told. */
import { Group } from "#src/address/group.js";
import { Mailbox } from "#src/address/mailbox.js";
import { Attachment } from "#src/message/attachment.js";
import { Message } from "#src/message/message.js";
import { fc } from "../property.js";

export interface Person {
  readonly address: string;
  readonly name: string;
}

export interface File {
  readonly name: string;
  readonly bytes: Buffer;
  readonly inline: boolean;
}

export interface Letter {
  readonly from: Person;
  readonly to: readonly Person[];
  readonly cc: readonly Person[];
  readonly subject: string;
  readonly comment: string;
  readonly text: string | undefined;
  readonly html: string | undefined;
  readonly files: readonly File[];
  readonly group: boolean;
}

const scripts = [
  "Grüße",
  "Ελληνικά",
  "русский",
  "日本語のテキスト",
  "한국어",
  "עברית",
  "العربية",
  "😀👍🏽",
  "e\u0301",
];
const awkward = [
  "=",
  "=?utf-8?q?x?=",
  '"',
  "\\",
  ",",
  ";",
  "(",
  ")",
  "<b>",
  "@",
  "_",
  "'",
  "%20",
  "From ",
  ".",
  "..",
];
const word = fc.oneof(
  fc.constantFrom(...scripts, ...awkward, "a", "word", "Order", "42"),
  fc.constantFrom(70, 80, 998, 1200).map((length) => "w".repeat(length)),
);

/** Words with single spaces between: how much white space readers keep is tested where headers are. */
const phrase = fc.array(word, { minLength: 1, maxLength: 8 }).map((words) => words.join(" ").trim());

/** A name without what the oracles are known to get wrong: words as long as lines, which the lists are tested with. */
const name = fc
  .array(fc.constantFrom(...scripts, "Doe, Jane", "O'Neil", "J. R.", '"Q"', "a\\b", "Zoe", "Ltd. (UK)"), {
    minLength: 1,
    maxLength: 4,
  })
  .map((words) => words.join(" "));

const address = fc
  .tuple(
    fc.constantFrom("a", "b.c", "long-local-part-of-an-address", "o'neil+tag", "x"),
    fc.nat(99),
    fc.constantFrom("example.com", "sub.example.org"),
  )
  .map(([local, number, domain]) => `${local}${number}@${domain}`);
const person = fc.tuple(address, name).map(([of, as]): Person => ({ address: of, name: as }));

const body = fc
  .array(
    fc.oneof(word, fc.constantFrom("\n", "\n\n", "\r\n", " \n", "\t", " ", "\nFrom me", "\n.\n", "-- \n")),
    { maxLength: 30 },
  )
  .map((pieces) => `x${pieces.join("")}y`);

const file = fc.record(
  {
    name: fc
      .tuple(
        fc.array(fc.constantFrom(...scripts, "a", " b", "long-name".repeat(8), "'", "%", "=?", "(1)"), {
          minLength: 1,
          maxLength: 6,
        }),
        fc.constantFrom(".pdf", ".png", ".txt", ".bin", ""),
      )
      .map(([words, ending]) => `f${words.join("")}${ending}`),
    bytes: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
    inline: fc.boolean(),
  },
  { noNullPrototype: true },
);

/** postal-mime takes inline text for more of the body, which is its right. */
function asReadersSeeIt(file: File): File {
  return file.name.endsWith(".txt") ? { ...file, inline: false } : file;
}

export const letters = fc.record({
  from: person,
  to: fc.array(person, { minLength: 1, maxLength: 6 }),
  cc: fc.array(person, { maxLength: 3 }),
  subject: phrase,
  comment: phrase,
  text: fc.option(body, { nil: undefined }),
  html: fc.option(body, { nil: undefined }),
  files: fc.array(file.map(asReadersSeeIt), { maxLength: 3 }),
  group: fc.boolean(),
});

function mailbox({ address: of, name: as }: Person): Mailbox {
  return Mailbox.of(of, as);
}

export function write(letter: Letter, utf8Headers = false): Message {
  const builder = Message.builder()
    .utf8Headers(utf8Headers)
    .from(mailbox(letter.from))
    .to(letter.group ? Group.of("Team", letter.to.map(mailbox)) : letter.to.map(mailbox))
    .cc(letter.cc.map(mailbox))
    .subject(letter.subject)
    .header("Comments", letter.comment);
  if (letter.text !== undefined) builder.text(letter.text);
  if (letter.html !== undefined) builder.html(letter.html);
  for (const { name: called, bytes, inline } of letter.files) {
    const attachment = Attachment.fromBytes(called, bytes);
    builder.attach(inline ? attachment.inline() : attachment);
  }
  if (letter.text === undefined && letter.html === undefined && letter.files.length === 0) builder.text("");
  return builder.build();
}

/** The files of a letter in their order in the mail: those that HTML can show stand before the others. */
export function filesAsSent({ files, html }: Letter): readonly File[] {
  return html === undefined ? files : files.toSorted((a, b) => Number(b.inline) - Number(a.inline));
}
