/**
 * A text in the form in which texts are compared: lower case, without the marks around addresses and words and without
 * characters that show nothing, and with one space between words. So `"Jo" <jo@a.test>` contains `jo jo@a.test`.
 */
export function searchableText(text: string): string {
  return text.replace(MARKS, " ").trim().toLowerCase();
}

/** Marks and characters that show nothing, as many as there are; but a space between two others stays as it is. */
const MARKS =
  /(?! [^\s\0-\x1f\x7f-\x9f\xad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff<>",;()])[\s\0-\x1f\x7f-\x9f\xad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff<>",;()]+/g;
