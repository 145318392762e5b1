import type { CatcherApi } from "./context.ts";

/** The APIs of the catcher. The first whose route fits answers. */
export const apis: readonly CatcherApi[] = [];
