/**
 * A text in the form in which texts are compared: lower case, without the marks around addresses and words, and with
 * one space between words. So `"Jo" <jo@a.test>` contains `jo jo@a.test`.
 */
export function searchableText(text: string): string {
  return text.replace(MARKS, " ").trim().toLowerCase();
}

const MARKS = /[\s\ufeff<>",;()]+/g;
