import { connectionRoutes } from "./connection-routes.ts";
import { faultRoutes } from "./fault-routes.ts";
import type { LabRoute } from "./lab-route.ts";
import { mailboxRoutes } from "./mailbox-routes.ts";
import { messageRoutes } from "./message-routes.ts";
import { waitRoutes } from "./wait-routes.ts";

/** All routes below `/api/lab`, but for the document that describes them. */
export const labRoutes: readonly LabRoute[] = [
  ...waitRoutes,
  ...messageRoutes,
  ...mailboxRoutes,
  ...faultRoutes,
  ...connectionRoutes,
];
