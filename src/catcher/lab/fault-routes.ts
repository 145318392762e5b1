import { LabError, shownValue } from "./lab-error.ts";
import { type LabRoute, labRoute } from "./lab-route.ts";
import { arrayOf, object, ref } from "./schemas.ts";

const noFault = { 404: "There is no such fault." };

/** The routes below `/faults`: what the SMTP server does wrong on request. */
export const faultRoutes: readonly LabRoute[] = [
  labRoute({
    method: "get",
    path: "/faults",
    name: "listFaults",
    summary: "Lists the faults in the order in which they were added. The first that fits strikes.",
    answer: { description: "The faults.", schema: object({ faults: arrayOf(ref("ListedFault")) }) },
    handle: ({ lab }) => ({ faults: lab.faults.all }),
  }),
  labRoute({
    method: "post",
    path: "/faults",
    name: "addFault",
    summary:
      "Adds a fault, or each fault of an array, and switches it on. If one is not valid, none is added.",
    body: { anyOf: [ref("Fault"), arrayOf(ref("Fault"))] },
    status: 201,
    answer: {
      description: "The fault, or an array of them.",
      schema: { anyOf: [ref("ListedFault"), arrayOf(ref("ListedFault"))] },
    },
    failures: { 409: "There are too many faults." },
    handle: ({ lab, body }) => (Array.isArray(body) ? lab.faults.addAll(body) : lab.faults.add(body)),
  }),
  labRoute({
    method: "get",
    path: "/faults/{fault}",
    name: "getFault",
    summary: "Returns a fault, and how often it has struck.",
    answer: { description: "The fault.", schema: ref("ListedFault") },
    failures: noFault,
    handle: ({ lab, parameter }) => lab.faults.find(parameter("fault")),
  }),
  labRoute({
    method: "put",
    path: "/faults/{fault}",
    name: "switchFault",
    summary: "Switches a fault on or off. One that is switched on again comes after the others.",
    body: object({ on: { type: "boolean" } }),
    answer: { description: "The fault.", schema: ref("ListedFault") },
    failures: noFault,
    handle: ({ lab, parameter, body }) => lab.faults.set(parameter("fault"), readSwitch(body)),
  }),
  labRoute({
    method: "delete",
    path: "/faults/{fault}",
    name: "deleteFault",
    summary: "Switches a fault off, and forgets it.",
    status: 204,
    answer: { description: "It is gone." },
    failures: noFault,
    handle: ({ lab, parameter }) => lab.faults.delete(parameter("fault")),
  }),
  labRoute({
    method: "delete",
    path: "/faults",
    name: "clearFaults",
    summary: "Switches all faults off, and forgets them.",
    status: 204,
    answer: { description: "They are gone." },
    handle: ({ lab }) => lab.faults.clear(),
  }),
];

function readSwitch(body: unknown): boolean {
  const { on, ...more } = (typeof body === "object" && body !== null ? body : {}) as Record<string, unknown>;
  if (typeof on !== "boolean")
    throw new LabError({ field: "on", expected: "true or false", got: shownValue(on) });
  const [other] = Object.keys(more);
  if (other !== undefined)
    throw new LabError({ field: other, expected: "only the field on", got: "another one" });
  return on;
}
