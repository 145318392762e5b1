/**
 * Whether the labels of a domain keep the Bidi rule (RFC 5893 section 2): if any of them has a character that is
 * written from right to left, no label may mix both directions, begin with a digit, or end in anything but a letter or
 * digit. Otherwise dots and digits move when the name is displayed, and it reads like another one.
 *
 * Node checks each label on its own, and its older lines miss letters; so the rule is kept here. JavaScript does not
 * know the property Bidi_Class. The classes are made of blocks and general categories instead, which gives the classes
 * of Unicode 17 for all letters, marks and digits.
 *
 * @param labels The labels as people read them (U-labels), in NFC.
 */
export function keepsBidiRule(labels: readonly string[]): boolean {
  const inClasses = labels.map((label) => Array.from(label, classOf).join(""));
  return !inClasses.some((label) => /[RA]/.test(label)) || inClasses.every(isOfOneDirection);
}

/** Conditions 2 to 6 of the rule, and 1 by the letter that each form begins with. */
function isOfOneDirection(classes: string): boolean {
  return /^(?:R(?:[RAENM]*[RAE])?|L(?:[LENM]*[LE])?)M*$/.test(classes) && !/A.*E|E.*A/.test(classes);
}

/** R for R and AL, A for AN, E for EN, L for L, M for NSM, N for the neutral ones. */
function classOf(character: string): string {
  if (/[\p{Mn}\p{Me}]/u.test(character)) return "M";
  if (arabicNumber.test(character)) return "A";
  if (europeanNumber.test(character)) return "E";
  if (rightToLeft.test(character)) return /[\p{L}\p{N}\p{P}]/u.test(character) ? "R" : "N";
  return /[\p{L}\p{Mc}\p{N}]/u.test(character) ? "L" : "N";
}

const arabicNumber: RegExp =
  /[\u0600-\u0605\u0660-\u0669\u066b\u066c\u06dd\u0890\u0891\u08e2\u{10d30}-\u{10d39}\u{10d40}-\u{10d49}\u{10e60}-\u{10e7e}]/u;
const europeanNumber: RegExp = /[0-9\u06f0-\u06f9\u{102e1}-\u{102fb}\u{1ccf0}-\u{1ccf9}\u{1fbf0}-\u{1fbf9}]/u;
/** The blocks that Unicode keeps for scripts written from right to left. */
const rightToLeft: RegExp =
  /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;
