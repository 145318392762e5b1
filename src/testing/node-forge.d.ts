// Not the whole of node-forge: it takes long to load, and requires node:crypto, which breaks bundles of ES modules.
declare module "node-forge/lib/asn1.js" {
  const asn1: typeof import("node-forge").asn1;
  // biome-ignore lint/style/noDefaultExport: it is CommonJS.
  export default asn1;
}
