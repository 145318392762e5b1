import type { Connector } from "./connector.ts";
import type { ProxyServer } from "./proxy-server.ts";

/** How to reach a server: one of these. If it fails, no other is tried. */
export type Route =
  | { readonly via: "tcp" }
  | { readonly via: "unix"; readonly path: string }
  | { readonly via: "proxy"; readonly proxy: ProxyServer }
  | { readonly via: "connector"; readonly connector: Connector };
