import type { CatcherApi } from "./context.ts";
import { labApi } from "./lab/lab-api.ts";
import { mailHogApi } from "./mailhog/mailhog-api.ts";
import { mailpitApi } from "./mailpit/mailpit-api.ts";
import { pageApi } from "./page-api.ts";

/** The APIs of the catcher. The first whose route fits answers. */
export const apis: readonly CatcherApi[] = [pageApi, labApi, mailpitApi, mailHogApi];
