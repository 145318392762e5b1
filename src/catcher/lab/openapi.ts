import type { LabRoute, QueryParameter, Schema } from "./lab-route.ts";
import { ref, schemas } from "./schemas.ts";

/** The OpenAPI document (3.1) of routes. */
export function openApi(routes: readonly LabRoute[], version: string): Schema {
  const paths: Record<string, Record<string, Schema>> = {};
  for (const route of routes) {
    const path = `/api/lab${route.path}`;
    paths[path] = { ...paths[path], [route.method]: operation(route) };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "envoi catch: the lab",
      version,
      description:
        "Caught mail, and what the SMTP server knows and does. Mails have the ids of mailpit's API.",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "/" }],
    paths,
    components: { schemas },
  };
}

function operation(route: LabRoute): Schema {
  const { name, summary, path, query = {}, body, answer, status = 200, failures = {} } = route;
  const parameters = [
    ...[...path.matchAll(/\{(\w+)\}/g)].map(([, named = ""]) => ({
      name: named,
      in: "path",
      required: true,
      description: described[named],
      schema: { type: "string" },
    })),
    ...Object.entries<QueryParameter>(query).map(([named, { description, schema }]) => ({
      ...{ name: named, in: "query", description, schema },
    })),
  ];
  const failed = Object.entries({ 400: "The request is not valid.", ...failures }).map(
    ([code, description]) => [code, { description, content: json(ref("Error")) }],
  );
  return {
    operationId: name,
    summary,
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: { required: true, content: json(body) } }),
    responses: { [status]: answered(answer), ...Object.fromEntries(failed) },
  };
}

function answered({ description, schema, type }: LabRoute["answer"]): Schema {
  if (schema !== undefined) return { description, content: json(schema) };
  if (type === undefined) return { description };
  return { description, content: { [type]: { schema: { type: "string" } } } };
}

function json(schema: Schema): Schema {
  return { "application/json": { schema } };
}

const described: Readonly<Record<string, string>> = {
  id: "The id of a mail, or `latest`.",
  part: "The place of a part, such as `1.2`.",
  mailbox: "An address, `@` and a domain, or `login:` and a user.",
  fault: "The id of a fault.",
  connection: "The id of a connection.",
};
