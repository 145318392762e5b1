import type { Connector } from "./connector.ts";
import type { ProxyServer } from "./proxy-server.ts";

/** How a server is reached: one of these, and there is no falling back from one to another. */
export type Route =
  | { readonly via: "tcp" }
  | { readonly via: "unix"; readonly path: string }
  | { readonly via: "proxy"; readonly proxy: ProxyServer }
  | { readonly via: "connector"; readonly connector: Connector };
