// The types of PGlite need those of browsers, and the outbox uses little of it. tsconfig.json puts this in their place.
/** The class of PGlite. */
export declare const PGlite: {
  create(options: { dataDir: string }): Promise<import("./embedded.ts").EmbeddedDatabase>;
};
