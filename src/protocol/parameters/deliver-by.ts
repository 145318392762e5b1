/** When a message has to be delivered, and what is done with one that is late (RFC 2852). */
export interface DeliverBy {
  /** How many seconds are left; 0 and below only where the sender is to be notified. */
  readonly seconds: number;
  /** `"R"`: it is returned. `"N"`: the sender is notified, and it is delivered all the same. */
  readonly mode: "R" | "N";
  /** Asks for a trace: the sender is told of each relay that does not know this extension. */
  readonly trace?: true;
}

/** `120;R`, `-5;NT`; `undefined` where that says nothing that may be said. */
export function formatDeliverBy(by: DeliverBy): string | undefined {
  const text = `${by.seconds};${by.mode}${by.trace ? "T" : ""}`;
  return parseDeliverBy(text) === undefined ? undefined : text;
}

/** Reads what {@link formatDeliverBy} writes; `undefined` where it is malformed. */
export function parseDeliverBy(text: string | undefined): DeliverBy | undefined {
  const match = /^([+-]?\d{1,9});([RN])(T?)$/i.exec(text ?? "");
  if (match === null) return undefined;
  // Not -0, which is not 0 to everybody.
  const seconds = Number(match[1]) || 0;
  const mode = (match[2] as string).toUpperCase() as "R" | "N";
  // A message that has to be returned at once need not be sent (RFC 2852 4).
  if (mode === "R" && seconds <= 0) return undefined;
  return { seconds, mode, ...(match[3] !== "" && { trace: true }) };
}
