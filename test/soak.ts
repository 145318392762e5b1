/** How long the soaks run: `ENVOI_MAILS` mails, from a script that `ENVOI_SEED` seeds. */
export const mails: number = numberFrom("ENVOI_MAILS", 1000);
/** Whether there is time for everything. */
export const thorough: boolean = process.env["ENVOI_MAILS"] !== undefined;
export const seed: number = numberFrom("ENVOI_SEED", 1);

function numberFrom(variable: string, usual: number): number {
  const text = process.env[variable];
  if (text === undefined || text === "") return usual;
  if (!/^\d+$/.test(text)) throw new Error(`${variable} must be a whole number, not ${text}`);
  return Number(text);
}
