/** The entry points of the package, with the module of src/ of each. */
export const entryPoints = {
  ".": "index",
  "./server": "server/index",
  "./testing": "testing/index",
  "./verify": "verify/index",
};
