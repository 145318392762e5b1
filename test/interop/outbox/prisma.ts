import { PrismaPg } from "@prisma/adapter-pg";
import { getPrismaClient } from "@prisma/client/runtime/client";
import type { Via } from "envoi/outbox";

/** What a test uses of a client of Prisma. */
export interface Prisma {
  /** Runs an interactive transaction. */
  $transaction(work: (transaction: PrismaTransaction) => Promise<void>): Promise<unknown>;
  $disconnect(): Promise<void>;
}

export type PrismaTransaction = Via & { $queryRawUnsafe(text: string): Promise<unknown> };

/** A client of Prisma 7: what `prisma generate` makes of a schema without models. */
export function prisma(url: string): Prisma {
  const runtime = "@prisma/client/runtime/query_compiler_fast_bg.postgresql";
  const Client = getPrismaClient({
    previewFeatures: [],
    clientVersion: "7.10.0",
    engineVersion: "none",
    activeProvider: "postgresql",
    inlineSchema: 'datasource db {\n  provider = "postgresql"\n}\n',
    runtimeDataModel: { models: {}, enums: {}, types: {} },
    parameterizationSchema: { strings: [], graph: "AAAA" },
    compilerWasm: {
      getRuntime: () => import(`${runtime}.mjs`),
      async getQueryCompilerWasmModule() {
        const { wasm } = await import(`${runtime}.wasm-base64.mjs`);
        // The types of Node have no WebAssembly.
        const { Module } = Reflect.get(globalThis, "WebAssembly");
        return new Module(Buffer.from(wasm, "base64"));
      },
      importName: "./query_compiler_fast_bg.js",
    },
  } as never);
  return new Client({ adapter: new PrismaPg({ connectionString: url }) } as never) as unknown as Prisma;
}
