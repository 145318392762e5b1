import { beginningOf } from "../../text/beginning.ts";
import { bargain, codeWord, otherNumber, unit } from "./code-words.ts";

/** A one-time code that a mail seems to contain. */
export interface MailCode {
  /** The code as a reader types it: its digits in ASCII, without the blanks between them. */
  readonly code: string;
  /** From 0 to 1: how sure it is that this is a code. Above 0.9 the mail calls it one. */
  readonly confidence: number;
  /** The line in which it stands. */
  readonly line: string;
}

/**
 * Finds the one-time codes of a mail, the surest first. It looks at words such as "code", "PIN" and "OTP", in some
 * thirty languages, near groups of digits and of capital letters. Numbers that are called something else (orders,
 * prices, telephone numbers, years, dates) do not count.
 *
 * @param texts the subject and the texts of the mail; a code in several of them is found once
 */
export function mailCodes(texts: readonly string[]): readonly MailCode[] {
  const found = new Map<string, MailCode>();
  for (const text of texts) {
    for (const each of codesIn(text)) {
      const known = found.get(each.code);
      if (known === undefined || known.confidence < each.confidence) found.set(each.code, each);
    }
  }
  return [...found.values()].sort((one, other) => other.confidence - one.confidence).slice(0, MOST_CODES);
}

const MOST_CODES = 10;
/** How many characters are looked at: a code is not behind a novel. */
const MOST_TEXT = 200_000;
const LONGEST_LINE = 2000;
/** No code is longer. */
const LONGEST_WORD = 100;

function* codesIn(text: string): Generator<MailCode, void, void> {
  const lines = readable(text)
    .split("\n")
    .map((line) => line.trim().slice(0, LONGEST_LINE + LOOK))
    .filter((line) => line !== "");
  for (const [at, line] of lines.entries()) {
    const around = { line, before: lines[at - 1] ?? "", beforeThat: lines[at - 2] ?? "" };
    const isCut = text.length > MOST_TEXT && at === lines.length - 1;
    for (const candidate of candidatesIn(line)) {
      // Another group of digits may have followed.
      if (isCut && candidate.end === line.length) continue;
      const confidence = confidenceOf(candidate, around);
      if (confidence > 0) yield { code: candidate.code, confidence, line: beginningOf(line, LONGEST_LINE) };
    }
  }
}

/** Digits of all scripts in ASCII; links and addresses, whose numbers mean something else, blanked out. */
function readable(text: string): string {
  return beginningInWords(text)
    .replace(/[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a]/g, (wide) => wide.normalize("NFKC"))
    .replace(/(?![0-9])\p{Nd}/gu, (digit) => String(digitOf(digit)))
    .replace(/\r\n?/g, "\n")
    .replace(/[^\S\n]+/g, " ")
    .replace(/\S+/g, (word) => (isAddress(word) ? blank(word) : word.replace(LINK, blank)));
}

/** The text that is looked at, without a word at its end that is not whole. */
function beginningInWords(text: string): string {
  if (text.length <= MOST_TEXT) return text;
  const words = text.slice(0, MOST_TEXT - LONGEST_WORD);
  return words + text.slice(words.length, MOST_TEXT).replace(/\S+$/, "");
}

const LINK = /\b(?:https?:\/\/|www\.|mailto:).+/i;

/** Whether there is an @ in a word, and a dot behind it. A pattern would look at a long word again and again. */
function isAddress(word: string): boolean {
  const at = word.indexOf("@", 1);
  return at !== -1 && word.lastIndexOf(".", word.length - 2) > at + 1;
}

function blank(word: string): string {
  return " ".repeat(Math.min(word.length, 4));
}

/** The digits of each script stand together, beginning with zero. */
function digitOf(digit: string): number {
  const point = digit.codePointAt(0) ?? 0;
  let zero = point;
  while (/\p{Nd}/u.test(String.fromCodePoint(zero - 1)) && point - zero < 9) zero--;
  return point - zero;
}

interface Candidate {
  readonly code: string;
  readonly begin: number;
  readonly end: number;
  /** Digits alone are a code more often than letters. */
  readonly kind: "digits" | "mixed" | "letters";
}

interface Surroundings {
  readonly line: string;
  readonly before: string;
  readonly beforeThat: string;
}

/** What looks like a code: digits, alone or in groups; capital letters with digits; capital letters in a line alone. */
function* candidatesIn(line: string): Generator<Candidate, void, void> {
  for (const found of line.matchAll(CANDIDATE)) {
    const text = found[0];
    const begin = found.index;
    if (begin >= LONGEST_LINE) break;
    const end = begin + text.length;
    if (isPartOfMore(line, begin, end)) continue;
    const code =
      /^[\d ]+$/.test(text) || /^(?:[A-Z\d] )+[A-Z\d]$/.test(text) ? text.replaceAll(" ", "") : text;
    const plain = code.replaceAll("-", "");
    if (plain.length < 4 || plain.length > 12) continue;
    if (/^\d+$/.test(plain)) {
      if (plain.length <= 10) yield { code, begin, end, kind: "digits" };
    } else if (/\d/.test(plain) && /[A-Za-z]/.test(plain)) yield { code, begin, end, kind: "mixed" };
    else if (plain === plain.toUpperCase()) yield { code, begin, end, kind: "letters" };
  }
}

const CANDIDATE = new RegExp(
  [
    // One character after another, as in boxes.
    String.raw`(?:[A-Z\d] ){3,9}[A-Z\d](?![\p{L}\p{N}])`,
    // Two or three groups of digits.
    String.raw`\d{2,4}(?: \d{2,4}){1,2}(?![ ]?\d)`,
    // Groups of letters and digits with hyphens, and one group.
    String.raw`[A-Za-z\d]{1,8}(?:-[A-Za-z\d]{2,8}){1,2}`,
    String.raw`[A-Za-z\d]{4,12}`,
  ].join("|"),
  "gu",
);

/** Whether the characters around make a price, a date, a time, a decimal, a telephone number or a word of it. */
function isPartOfMore(line: string, begin: number, end: number): boolean {
  const before = line.slice(Math.max(0, begin - 6), begin);
  const after = line.slice(end, end + 6);
  return (
    endsInWord.test(before) ||
    /(?:\d[.,:/-]|[$€£¥₹₽] ?|\+ ?\d{0,3}[ )-]?|\(\d*|\) ?|\b(?:USD|EUR|GBP|CHF|JPY|Rs\.?|No\.?|Nr\.?|N[°º]|№) ?)$/iu.test(
      before,
    ) ||
    /^(?:(?![\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Hang}\p{sc=Thai}])[\p{L}\p{N}]|[_@/\\%€£$¥₹₽]|[.,:/-]\d|-\p{L}| ?(?:[€£$¥₹₽]|USD\b|EUR\b|GBP\b|CHF\b|kr\b|zł|руб|円|元|원)|\))/u.test(
      after,
    )
  );
}

/** A letter or sign that a code never follows. Scripts without blanks between words are no hint. */
const endsInWord: RegExp =
  /(?:(?![\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Hang}\p{sc=Thai}])[\p{L}\p{N}]|[_@/\\#&=+%$€£¥₹₽])$/u;

function confidenceOf(candidate: Candidate, { line, before, beforeThat }: Surroundings): number {
  const { begin, end, kind, code } = candidate;
  const alone = line.length - (end - begin) <= 4;
  const ahead = endOf(line.slice(0, begin));
  const behind = line.slice(end, end + LOOK);
  if (kind === "digits" && unit.test(behind)) return 0;
  // A code for a lower price is one that everybody gets.
  if (kind !== "digits" && line.search(bargain) !== -1) return 0;
  const named = nearest(ahead);
  // A word that is closer to the number than "code" says what it is.
  if (named?.kind === "other") return 0;
  const label = named && ahead.slice(named.end);
  if (label !== undefined && isJoint(label))
    return kind === "letters" && !alone && !/[:：]\s*$/.test(label) ? 0 : 0.95;
  if (kind === "letters" && !alone) return 0;
  if (kind === "mixed" && !alone && !/[A-Z]/.test(code)) return 0;
  if (label !== undefined && label.length <= NEAR && !SENTENCE_END.test(label)) return year(code) ? 0.3 : 0.8;
  if (year(code)) return alone && namesCode(before, beforeThat) ? 0.4 : 0;
  const following = nearest(behind, true);
  // "123456 is your code"
  if (
    following?.kind === "code" &&
    following.begin <= NEAR &&
    !SENTENCE_END.test(behind.slice(0, following.begin))
  )
    return /\d/.test(code) ? 0.92 : 0;
  // "Use 123456 to verify your account"
  if (kind === "digits" && USE.test(ahead) && PURPOSE.test(behind)) return 0.85;
  if (!alone || !namesCode(before, beforeThat)) return 0;
  return kind === "letters" ? 0.75 : 0.9;
}

const SENTENCE_END = /[.!?](?:\s|$)/;
const USE = /(?:^|\s)(?:use|enter|type)\s*$/i;
const PURPOSE = /^\s*to\s(?:verify|confirm|sign|log|reset|authenticate|activate|complete)/i;

/** Whether the nearest line above that names a number names a code. */
function namesCode(before: string, beforeThat: string): boolean {
  const named = [before, beforeThat].map((line) => namingsIn(endOf(line))).find((all) => all.length > 0);
  return named?.some(({ kind }) => kind === "code") ?? false;
}

/** Between "code" and the number there is nothing but what joins them: ":", "is", "lautet". */
function isJoint(text: string): boolean {
  return /^[\s:：=>＝»«"'“”„「『【[(*_-]*(?:(?:is|are|ist|lautet|est|es|é|è|to|jest|je|är|er|on|is de|este|adalah|là|это|:|は|は、|为|為|是|은|는)(?:\s*[:：]\s*|\s+|(?=[「『【:：\d])))?[\s:：="'“”„「『【[(*_-]*$/iu.test(
    text,
  );
}

const NEAR = 60;

/** How many characters around a number are looked at. */
const LOOK = 200;

/** The last characters of a text, from the beginning of a word. */
function endOf(text: string): string {
  return text.length <= LOOK ? text : text.slice(-LOOK).replace(/^[\p{L}\p{N}]+/u, "");
}

function year(code: string): boolean {
  return /^(?:19|20)\d\d$/.test(code);
}

interface Naming {
  readonly kind: "code" | "other";
  readonly begin: number;
  readonly end: number;
}

/** The word that names a number and is the last of a text, or the first. */
function nearest(text: string, first = false): Naming | undefined {
  const all = namingsIn(text);
  return first ? all[0] : all.at(-1);
}

/** The words that name numbers, in their order. */
function namingsIn(text: string): readonly Naming[] {
  const others = placesOf(text, otherNumber, "other");
  // "Promo code" is one word: the code in it is no other one.
  const codes = placesOf(text, codeWord, "code").filter(
    (code) => !others.some((other) => code.begin < other.end && other.begin < code.end),
  );
  return [...others, ...codes].sort((one, other) => one.end - other.end);
}

function placesOf(text: string, words: RegExp, kind: Naming["kind"]): Naming[] {
  return [...text.matchAll(words)].map((found) => ({
    kind,
    begin: found.index,
    end: found.index + found[0].length,
  }));
}
