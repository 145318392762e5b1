// pg has no types of its own, and the outbox uses little of it.
declare module "pg" {
  const pg: import("./postgres.ts").PgPackage;
  // biome-ignore lint/style/noDefaultExport: it is CommonJS.
  export default pg;
}
