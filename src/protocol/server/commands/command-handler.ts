import type { Command, Verb } from "../../command.ts";
import type { Reply } from "../../reply.ts";
import type { Conversation } from "../conversation.ts";
import type { ServerEvent } from "../event.ts";

/** The result of a command; `undefined` if the reply has been written already. */
export type Outcome = Reply | ServerEvent | undefined;

/** Carries out a command. */
export type CommandHandler<V extends Verb> = (conversation: Conversation, command: CommandOf<V>) => Outcome;

/** The command of a verb. */
export type CommandOf<V extends Verb> = Command & { readonly verb: V };
