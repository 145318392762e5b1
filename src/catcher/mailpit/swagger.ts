/** The description of the API in the form of Swagger 2.0, as mailpit serves it. */
export function swagger(): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const [method, path, summary, ...parameters] of operations) {
    const operation = {
      summary,
      tags: [path.startsWith("/view") ? "testing" : path.split("/")[3]],
      parameters: [...pathParameters(path), ...parameters.map(parameterOf)],
      responses: { 200: { description: "OK" }, 400: { description: "Error, as text" } },
    };
    paths[path] = { ...paths[path], [method]: operation };
  }
  return {
    swagger: "2.0",
    info: { title: "Mailpit API, as envoi answers it", version: "v1" },
    basePath: "/",
    consumes: ["application/json"],
    produces: ["application/json"],
    paths,
  };
}

function pathParameters(path: string): object[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: "path",
    required: true,
    type: "string",
  }));
}

function parameterOf(name: string): object {
  if (name === "body") return { name, in: "body", schema: { type: "object" } };
  return { name, in: "query", type: name === "start" || name === "limit" ? "integer" : "string" };
}

/** Method, path, what it does, and its parameters besides those of the path. */
const operations: readonly (readonly [string, string, string, ...(readonly string[])])[] = [
  ["get", "/api/v1/messages", "List messages", "start", "limit", "before"],
  ["put", "/api/v1/messages", "Set read status", "body", "tz"],
  ["delete", "/api/v1/messages", "Delete messages", "body"],
  ["get", "/api/v1/search", "Search messages", "query", "start", "limit", "before", "tz"],
  ["delete", "/api/v1/search", "Delete messages by search", "query", "tz"],
  ["get", "/api/v1/message/{ID}", "Get message, and mark it as read", "query", "tz"],
  ["get", "/api/v1/message/{ID}/headers", "Get message headers", "query", "tz"],
  ["get", "/api/v1/message/{ID}/raw", "Get message source", "dl", "query", "tz"],
  ["get", "/api/v1/message/{ID}/part/{PartID}", "Get message part"],
  ["get", "/api/v1/message/{ID}/part/{PartID}/thumb", "Get image of message part"],
  ["get", "/api/v1/message/{ID}/html-check", "HTML check", "query", "tz"],
  ["get", "/api/v1/message/{ID}/link-check", "Link check", "follow", "query", "tz"],
  ["post", "/api/v1/message/{ID}/release", "Release message", "body"],
  ["get", "/api/v1/tags", "Get all tags"],
  ["put", "/api/v1/tags", "Set message tags", "body"],
  ["put", "/api/v1/tags/{Tag}", "Rename tag", "body"],
  ["delete", "/api/v1/tags/{Tag}", "Delete tag"],
  ["post", "/api/v1/send", "Store a message", "body"],
  ["get", "/api/v1/chaos", "Get chaos triggers"],
  ["put", "/api/v1/chaos", "Set chaos triggers", "body"],
  ["get", "/api/v1/info", "Get application information"],
  ["get", "/api/v1/webui", "Get web UI configuration"],
  ["get", "/view/{ID}.html", "Render message HTML part", "embed", "query", "tz"],
  ["get", "/view/{ID}.txt", "Render message text part", "query", "tz"],
];
