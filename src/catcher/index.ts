/// <reference types="node" preserve="true" />
/**
 * envoi/catcher: catches mail while you develop or test, and shows it in a page and by an API.
 *
 * @example
 * ```ts
 * await using catcher = await Catcher.start();
 * console.log(`send to ${catcher.smtpUrl}, look at ${catcher.url}`);
 * ```
 *
 * @module envoi/catcher
 */

export { Catcher } from "./catcher.ts";
export type {
  CatcherHttpOptions,
  CatcherLogin,
  CatcherOptions,
  RelayOptions,
} from "./options/catcher-options.ts";
