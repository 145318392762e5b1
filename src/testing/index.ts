/** A server for tests, which catches mail and shows it. */

export type { CapturedMessage, MessageMatch, MessagePattern } from "./captured-message.ts";
export type { WaitOptions } from "./catch.ts";
export type { ParsedAttachment, ParsedHeader, ParsedMailbox, ParsedMessage } from "./parsed-message.ts";
export { TestServer, type TestServerOptions } from "./test-server.ts";
export type { Transcript, TranscriptLine } from "./transcript.ts";
