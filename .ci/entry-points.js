/** The entry points of the package, with the module of src/ of each. */
export const entryPoints = {
  ".": "index",
  "./server": "server/index",
  "./testing": "testing/index",
  "./verify": "verify/index",
  "./catcher": "catcher/index",
  "./feedback": "feedback/index",
  "./outbox": "outbox/index",
};

/** The module of src/ that is the command. Nobody imports it, so it is built as ES modules only. */
export const command = "cli/index";
