import { type Context, Hono } from "hono";
import { beginningOf } from "../../text/beginning.ts";
import type { CatcherApi, CatcherContext } from "../context.ts";
import { ApiError } from "../http/api-error.ts";
import type { StoredMail } from "../store/stored-mail.ts";
import { Deletions } from "./deletions.ts";
import { FaultList } from "./fault-list.ts";
import { asLabError, LabError, shownValue } from "./lab-error.ts";
import type { Lab, LabRoute, QueryParameter } from "./lab-route.ts";
import { labRoutes } from "./lab-routes.ts";
import { Mailboxes } from "./mailboxes.ts";
import { openApi } from "./openapi.ts";
import { Waiting } from "./waiting.ts";

/** `/api/lab`: our own API. Its routes are the rows of a table, from which its OpenAPI document is made too. */
export const labApi: CatcherApi = (app, context) => {
  const lab = makeLab(context);
  const router = new Hono();
  router.onError((error) => failure(error));
  for (const route of labRoutes)
    router.on(route.method.toUpperCase(), honoPath(route.path), answering(route, lab));
  const document = openApi(labRoutes, "1");
  router.get("/openapi.json", ({ json }) => json(document));
  for (const path of new Set(["/openapi.json", ...labRoutes.map((route) => route.path)])) {
    const methods = labRoutes
      .filter((route) => route.path === path)
      .map(({ method }) => method.toUpperCase());
    router.all(honoPath(path), ({ req }) => {
      throw new LabError(
        {
          field: "method",
          expected: [...methods, ...(methods.length === 0 ? ["GET"] : [])].join(", "),
          got: req.method,
        },
        405,
      );
    });
  }
  router.all("*", ({ req }) => {
    const remedy = "GET /api/lab/openapi.json lists them";
    throw new LabError(
      { field: "path", expected: "a path of the lab", got: shownValue(req.path), remedy },
      404,
    );
  });
  app.route("/api/lab", router);
};

function makeLab(context: CatcherContext): Lab {
  const { store, server } = context;
  return {
    ...context,
    faults: new FaultList(server),
    mailboxes: new Mailboxes(store),
    waiting: new Waiting(store),
    deletions: new Deletions(store),
  };
}

function honoPath(path: string): string {
  return path.replace(/\{(\w+)\}/g, ":$1");
}

/** The handler of a route: it reads the request, and writes the answer. */
function answering(route: LabRoute, lab: Lab): (context: Context) => Promise<Response> {
  const { query = {}, body, status = 200, handle } = route;
  return async (context) => {
    const { req } = context;
    const parameter = (name: string): string => req.param(name) ?? "";
    const answer = await handle({
      parameter,
      mail: () => mailOf(lab, parameter("id")),
      query: readQuery(new URL(req.url).searchParams, query),
      body: body === undefined ? undefined : parsed(await req.text()),
      signal: req.raw.signal,
      lab,
    });
    if (answer instanceof Response) return answer;
    return status === 204 ? context.body(null, status) : context.json(answer as object, status);
  };
}

function mailOf({ store }: Lab, id: string): StoredMail {
  const mail = id === "latest" ? store.latest : store.find(id);
  if (mail !== undefined) return mail;
  throw new LabError({ field: "id", expected: 'the id of a mail, or "latest"', got: shownValue(id) }, 404);
}

function readQuery(given: URLSearchParams, query: Readonly<Record<string, QueryParameter>>) {
  for (const name of given.keys()) {
    const known = Object.keys(query);
    const expected = known.length === 0 ? "no parameter" : `one of the parameters ${known.join(", ")}`;
    if (!Object.hasOwn(query, name)) throw new LabError({ field: name, expected, got: "another one" });
    if (given.getAll(name).length > 1)
      throw new LabError({ field: name, expected: "one value", got: "several" });
  }
  const read = Object.entries(query).map(([name, parameter]) => [
    name,
    parameter.read(given.get(name) ?? undefined, name),
  ]);
  return Object.fromEntries(read) as Readonly<Record<string, unknown>>;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new LabError({ field: "body", expected: "JSON", got: shownValue(beginningOf(text, 100)) });
  }
}

/** An error as JSON. What went wrong inside stays inside. */
function failure(error: unknown): Response {
  const known = asLabError(error);
  if (known instanceof LabError) {
    const { complaint, message, status } = known;
    return Response.json({ error: { ...complaint, message } }, { status });
  }
  const { message, status } =
    known instanceof ApiError ? known : { message: "the catcher failed", status: 500 };
  const complaint = { field: "request", expected: "another request", got: "this one", message };
  return Response.json({ error: complaint }, { status });
}
