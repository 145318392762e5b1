/** Text of others as a terminal may show it: control characters, which could take the terminal over, are replaced. */
export function printable(text: string): string {
  return text.replace(CONTROL, "�");
}

const CONTROL = /[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g;
