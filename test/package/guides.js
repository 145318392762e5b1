import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { project, root, run } from "./project.js";

/** Compiles the code of docs/frameworks.md and docs/templates.md with the real packages, and runs it. */
export const guides = [
  { name: "docs/frameworks.md and docs/templates.md, compiled and run", run: compileAndRun },
];

const pages = ["frameworks.md", "templates.md"];
const used = [
  ...["express@5", "hono@4", "bullmq@6", "reflect-metadata", "rxjs@7"],
  ...["core", "common", "platform-express", "testing"].map((part) => `@nestjs/${part}@11`),
  ...["mjml@5", "handlebars@4", "html-to-text@10", "react@19", "react-dom@19"],
  ...["@react-email/components@1", "@react-email/render@2"],
  ...["typescript@5.9", "@types/node@22", "@types/express@5", "@types/react@19", "@types/mjml@5"],
  "@types/html-to-text@9",
];

async function compileAndRun(tarball) {
  const folder = await project("guides", { type: "module" }, tarball, ...used);
  mkdirSync(join(folder, "src"));
  const snippets = pages.flatMap(namedSnippets);
  if (snippets.length < 10) throw new Error("the snippets are not found");
  for (const { name, code } of snippets) writeFileSync(join(folder, "src", name), code);
  const compilerOptions = {
    ...{ module: "nodenext", target: "es2022", lib: ["es2023", "esnext.disposable", "dom"], types: ["node"] },
    ...{ strict: true, noUncheckedIndexedAccess: true, exactOptionalPropertyTypes: true, skipLibCheck: true },
    ...{ experimentalDecorators: true, emitDecoratorMetadata: true, rootDir: "src", outDir: "out" },
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["src"] }));
  await run(folder, process.execPath, [join("node_modules", "typescript", "bin", "tsc")]);
  copyFileSync(join(root, "test", "package", "guides-consumer.js"), join(folder, "out", "consumer.js"));
  const printed = await run(folder, process.execPath, [join("out", "consumer.js")]);
  if (printed.trim() !== "sent and caught") throw new Error(printed);
  return `${snippets.length} snippets`;
}

/** The snippets that have a file name after their language. */
function namedSnippets(page) {
  const text = readFileSync(join(root, "docs", page), "utf8");
  return [...text.matchAll(/^```ts (\S+)\n([\s\S]*?)^```$/gm)].map(([, name, code]) => ({ name, code }));
}
