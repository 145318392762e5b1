import type { CatcherContext } from "../context.ts";
import type { StoredMail } from "../store/stored-mail.ts";
import type { Deletions } from "./deletions.ts";
import type { FaultList } from "./fault-list.ts";
import type { Mailboxes } from "./mailboxes.ts";
import type { Waiting } from "./waiting.ts";

/** A schema of JSON (2020-12), as OpenAPI 3.1 has it. */
export type Schema = Readonly<Record<string, unknown>>;

/** A parameter of the query: how it is described, and how it is read. */
export interface QueryParameter<T = unknown> {
  readonly description: string;
  readonly schema: Schema;
  /**
   * Reads it. `undefined` if it is not given.
   *
   * @throws LabError if it is not valid.
   */
  read(text: string | undefined, field: string): T;
}

/** What a request was answered with. */
export interface RouteAnswer {
  readonly description: string;
  /** The schema of a JSON answer. */
  readonly schema?: Schema;
  /** The media type of another one; any type for the content of parts. */
  readonly type?: string;
}

/** One row of the table of routes. The routes of hono and the OpenAPI document are made from it. */
export interface LabRoute<Query = Readonly<Record<string, unknown>>> {
  readonly method: "get" | "post" | "put" | "delete";
  /** Below `/api/lab`, as OpenAPI writes it: `"/messages/{id}"`. */
  readonly path: string;
  /** The name of the operation, for clients that are made from the document. */
  readonly name: string;
  /** What it does, in a sentence. */
  readonly summary: string;
  readonly query?: { readonly [name in keyof Query]: QueryParameter<Query[name]> };
  /** The schema of the body, if the request has one. */
  readonly body?: Schema;
  /** The answer of success. */
  readonly answer: RouteAnswer;
  /** Its status; by default 200. */
  readonly status?: 201 | 204;
  /** The statuses with which it fails, besides 400, and why. */
  readonly failures?: Readonly<Record<number, string>>;
  /** Makes the answer: a value for JSON, or a Response. */
  handle(call: LabCall<Query>): unknown;
}

/** A request, read. */
export interface LabCall<Query = Readonly<Record<string, unknown>>> {
  /** A parameter of the path, decoded. */
  parameter(name: string): string;
  /** The mail that the parameter `id` names. @throws LabError with status 404. */
  mail(): StoredMail;
  readonly query: Query;
  /** The body, parsed from JSON; `undefined` if there is none. */
  readonly body: unknown;
  /** Is aborted when the client has gone. */
  readonly signal: AbortSignal;
  readonly lab: Lab;
}

/** What the routes share. */
export interface Lab extends CatcherContext {
  readonly faults: FaultList;
  readonly mailboxes: Mailboxes;
  readonly waiting: Waiting;
  readonly deletions: Deletions;
}

/** Declares a route; it only helps with the types of its query. */
export function labRoute<Query = Readonly<Record<never, never>>>(route: LabRoute<Query>): LabRoute {
  // The handler gets exactly what the parameters read.
  return route as unknown as LabRoute;
}
