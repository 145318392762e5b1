/// <reference types="node" preserve="true" />
/**
 * envoi/feedback: what comes back for mail that was sent, and to whom.
 *
 * @example
 * ```ts
 * const bounces = BounceAddress.create({ domain: "bounces.example.com", secret: process.env["BOUNCE_SECRET"] ?? "" });
 * const feedback = await readFeedback(server.messages[0]?.raw ?? "");
 * const ids = feedback.sentTo.map((address) => bounces.read(address));
 * console.log(feedback.type, feedback.recipients, ids);
 * ```
 *
 * @module envoi/feedback
 */

export type { Address } from "../address/address.ts";
export { BounceAddress, type BounceAddressOptions } from "./bounce-address.ts";
export type { DeliveryAction, Feedback, FeedbackRecipient } from "./feedback.ts";
export { readFeedback } from "./read-feedback.ts";
export type { FeedbackSource } from "./report-source.ts";
