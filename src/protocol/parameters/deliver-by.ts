/** When a message must be delivered, and what happens if it is late (RFC 2852). */
export interface DeliverBy {
  /** How many seconds are left; 0 or less only if the sender is to be notified. */
  readonly seconds: number;
  /** `"R"`: it is returned. `"N"`: the sender is notified, and it is still delivered. */
  readonly mode: "R" | "N";
  /** Asks for a trace: the sender is notified of each relay that does not support this extension. */
  readonly trace?: true;
}

/** `120;R`, `-5;NT`; `undefined` if the value is not valid. */
export function formatDeliverBy(by: DeliverBy): string | undefined {
  const text = `${by.seconds};${by.mode}${by.trace ? "T" : ""}`;
  return parseDeliverBy(text) === undefined ? undefined : text;
}

/** Reads what {@link formatDeliverBy} writes; `undefined` if it is malformed. */
export function parseDeliverBy(text: string | undefined): DeliverBy | undefined {
  const match = /^([+-]?\d{1,9});([RN])(T?)$/i.exec(text ?? "");
  if (match === null) return undefined;
  // Not -0, which some comparisons distinguish from 0.
  const seconds = Number(match[1]) || 0;
  const mode = (match[2] as string).toUpperCase() as "R" | "N";
  // A message that must be returned at once need not be sent (RFC 2852 4).
  if (mode === "R" && seconds <= 0) return undefined;
  return { seconds, mode, ...(match[3] !== "" && { trace: true }) };
}
