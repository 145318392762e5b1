import { numberFrom } from "./environment.ts";

/** How long the soaks run: `ENVOI_MAILS` mails, from a script that `ENVOI_SEED` seeds. */
export const mails: number = numberFrom("ENVOI_MAILS", 1000);
/** Whether there is time for everything. */
export const thorough: boolean = process.env["ENVOI_MAILS"] !== undefined;
export const seed: number = numberFrom("ENVOI_SEED", 1);
