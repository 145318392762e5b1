import { run } from "./run.ts";

// Node's own encoder, without lines and without a mail around it: the limit for any mail library.
await run(({ attached }) => attached?.toString("base64"));
