/** The entry points of the package, and the module of src/ behind each. */
export const entryPoints = {
  ".": "index",
  "./server": "server/index",
  "./testing": "testing/index",
  "./verify": "verify/index",
};
