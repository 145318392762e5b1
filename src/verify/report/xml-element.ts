import { reasonOf } from "../../errors.ts";

/** An element of XML, with the elements of its document's namespace that are in it. */
export interface XmlElement {
  readonly name: string;
  /** Its text without blanks at its ends, if it has no elements in it. */
  text: string;
  readonly children: XmlElement[];
}

/** Ends the reading of a document: its message says why. */
export class XmlProblem extends Error {}

/** No report is as deep, nor has as much outside its records or in one of them. */
const deepest = 16;
const mostElements = 20_000;
const mostAttributes = 20;

/**
 * Reads a document without DTD, and calls `whole` at the end of each element, with the number of those around it; an
 * element for which it returns true is not kept. Elements of other namespaces than the root's are left out.
 *
 * @throws XmlProblem if the document is not well-formed.
 */
export async function readXml(
  text: string,
  whole: (element: XmlElement, depth: number) => boolean,
): Promise<XmlElement> {
  // Loaded here, because few programs read reports.
  const { default: sax } = await import("sax");
  const parser = sax.parser(true, { position: false });
  const open: { readonly element: XmlElement; readonly before: number }[] = [];
  /** How many elements are kept. */
  let kept = 0;
  /** How many elements of another namespace are open. */
  let foreign = 0;
  /** What the names of the root's namespace begin with, and that namespace if it is the default one. */
  let rootPrefix: string | undefined;
  let namespace: string | undefined;
  let root: XmlElement | undefined;
  parser.onerror = (error) => {
    throw new XmlProblem(`not well-formed XML: ${reasonOf(error).split("\n", 1)[0]?.slice(0, 100)}`);
  };
  parser.ondoctype = () => {
    throw new XmlProblem("a DOCTYPE is not allowed");
  };
  let attributes = 0;
  parser.onopentagstart = () => {
    attributes = 0;
  };
  parser.onattribute = () => {
    attributes++;
    if (attributes > mostAttributes) throw new XmlProblem("an element has too many attributes");
  };
  parser.onopentag = ({ name: qualified, attributes: { xmlns = namespace } }) => {
    const colon = qualified.indexOf(":");
    const [prefix, name] = [qualified.slice(0, Math.max(colon, 0)), qualified.slice(colon + 1)];
    rootPrefix ??= prefix;
    namespace ??= xmlns;
    if (foreign > 0 || prefix !== rootPrefix || xmlns !== namespace) {
      foreign++;
      return;
    }
    open.push({ element: { name, text: "", children: [] }, before: kept });
    kept++;
    if (open.length > deepest || kept > mostElements) throw new XmlProblem("it has too many elements");
  };
  const say = (piece: string) => {
    const element = open.at(-1)?.element;
    if (element !== undefined && foreign === 0 && element.children.length === 0) element.text += piece;
  };
  parser.ontext = say;
  parser.oncdata = say;
  parser.onclosetag = () => {
    if (foreign > 0) {
      foreign--;
      return;
    }
    const last = open.pop();
    if (last === undefined) return;
    const { element, before } = last;
    element.text = element.text.trim();
    root = element;
    if (whole(element, open.length)) kept = before;
    else open.at(-1)?.element.children.push(element);
  };
  try {
    parser.write(text).close();
  } catch (thrown) {
    throw thrown instanceof XmlProblem ? thrown : new XmlProblem(`not XML: ${reasonOf(thrown)}`);
  }
  if (root === undefined) throw new XmlProblem("the document has no element");
  return root;
}

/** The first element of a name in another one. */
export function child(parent: XmlElement | undefined, name: string): XmlElement | undefined {
  return parent?.children.find((each) => each.name === name);
}

/** The elements of a name in another one. */
export function childrenOf(parent: XmlElement | undefined, name: string): XmlElement[] {
  return parent?.children.filter((each) => each.name === name) ?? [];
}

/** The text of an element in another one; `undefined` if it is missing or empty. */
export function textOf(parent: XmlElement | undefined, name: string): string | undefined {
  return child(parent, name)?.text || undefined;
}
