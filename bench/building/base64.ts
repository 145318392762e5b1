import { run } from "./run.ts";

// Node's own encoder, without lines and without a mail around it: what no mail library can be faster than.
await run(({ attached }) => attached?.toString("base64"));
