/** fast-check under its usual name, seeded and counted; for the tests of properties. */
export * as fc from "./fast-check.ts";
