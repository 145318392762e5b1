/** Bodies of parts in parts, as plain data, for property tests. */
import { Attachment } from "#src/message/attachment.js";
import { Message } from "#src/message/message.js";
import { MultiPart } from "#src/mime/multi-part.js";
import type { Part } from "#src/mime/part.js";
import { fc } from "../property.js";

export interface Leaf {
  readonly name: string;
  readonly bytes: Buffer;
}

export type Tree = Leaf | { readonly subtype: string; readonly parts: readonly Tree[] };

const leaf = fc.record(
  {
    name: fc.nat(999).map((number) => `${number}.bin`),
    bytes: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  },
  { noNullPrototype: true },
);

export const trees: fc.Arbitrary<Tree> = fc.letrec<{ tree: Tree; branch: Tree }>((tie) => ({
  tree: fc.oneof({ maxDepth: 12, depthSize: "large" }, leaf, tie("branch")),
  branch: fc.record(
    {
      subtype: fc.constantFrom("mixed", "related", "parallel", "x-other"),
      parts: fc.array(tie("tree"), { minLength: 1, maxLength: 3 }),
    },
    { noNullPrototype: true },
  ),
})).branch;

export function leavesOf(tree: Tree): Leaf[] {
  return "parts" in tree ? tree.parts.flatMap(leavesOf) : [tree];
}

export function writeTree(tree: Tree): Message {
  return Message.builder().from("shop@example.com").to("zoe@example.org").body(partOf(tree)).build();
}

function partOf(tree: Tree): Part {
  if ("parts" in tree) return MultiPart.of(tree.subtype, tree.parts.map(partOf));
  return Attachment.fromBytes(tree.name, tree.bytes).part;
}
