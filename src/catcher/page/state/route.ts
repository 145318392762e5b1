import { computed, signal } from "@preact/signals";

/** The names of the tabs of a message by what the address calls them, in their order. */
export const tabNames = {
  preview: "Preview",
  text: "Text",
  source: "Source",
  headers: "Headers",
  parts: "Parts",
  links: "Links & codes",
  checks: "Verdicts",
  "html-check": "HTML check",
  session: "Session",
} as const;

/** One of the tabs of a message. */
export type Tab = keyof typeof tabNames;

/** The tabs of a message, in their order. */
export const tabs = Object.keys(tabNames) as readonly Tab[];

/** What the page shows. All of it is in the address, so that it can be sent to somebody and Back works. */
export interface Route {
  /** The search or mailbox whose mails are listed; empty for all. */
  readonly query: string;
  /** What is beside the list. */
  readonly view:
    | { readonly name: "list" }
    | { readonly name: "message"; readonly id: string; readonly tab: Tab }
    | { readonly name: "connections"; readonly connection?: string | undefined }
    | { readonly name: "faults" };
}

/** Writes a route as the hash of an address. */
export function formatRoute({ query, view }: Route): string {
  const search = query === "" ? "" : `?q=${encodeURIComponent(query)}`;
  return `#/${formatView(view)}${search}`;
}

function formatView(view: Route["view"]): string {
  switch (view.name) {
    case "list":
      return "";
    case "message":
      return `message/${encodeURIComponent(view.id)}${view.tab === "preview" ? "" : `/${view.tab}`}`;
    case "connections":
      return view.connection === undefined
        ? "connections"
        : `connections/${encodeURIComponent(view.connection)}`;
    case "faults":
      return "faults";
  }
}

/** Reads the hash of an address. What is not known leads to the list. */
export function parseRoute(hash: string): Route {
  const [path = "", search = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  const query = new URLSearchParams(search).get("q") ?? "";
  const [name, ...rest] = path.split("/").map(decoded);
  return { query, view: viewOf(name, rest) };
}

function viewOf(name: string | undefined, [first, second]: readonly string[]): Route["view"] {
  if (name === "message" && first !== undefined && first !== "") {
    return { name, id: first, tab: tabs.find((tab) => tab === second) ?? "preview" };
  }
  if (name === "connections") {
    return { name, connection: first === "" ? undefined : first };
  }
  return { name: name === "faults" ? name : "list" };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** What the page shows now. */
export const route = signal<Route>({ query: "", view: { name: "list" } });

/** The search or mailbox that is listed. */
export const query = computed(() => route.value.query);

/** The id of the message that is open, if there is one. */
export const openId = computed(() => (route.value.view.name === "message" ? route.value.view.id : undefined));

/** Follows the address from now on. */
export function followAddress(): void {
  const follow = () => {
    route.value = parseRoute(location.hash);
  };
  addEventListener("hashchange", follow);
  addEventListener("popstate", follow);
  follow();
}

/** Goes to another route. `replace` leaves no step for Back, for moves such as those of j and k. */
export function go(change: Partial<Route>, replace = false): void {
  const next = { ...route.value, ...change };
  const hash = formatRoute(next);
  if (hash === formatRoute(route.value)) return;
  if (replace) history.replaceState(null, "", hash);
  else history.pushState(null, "", hash);
  route.value = next;
}
