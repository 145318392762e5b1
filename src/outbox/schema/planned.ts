/**
 * The settings of the functions that workers call all the time. A statement in a function is planned once for each
 * connection, which would otherwise take as long as running it. And the plan is always to follow the indexes: the
 * planner may prefer to read the whole table when its statistics are old, which takes a second behind a backlog.
 */
export const planned: string = [
  "plan_cache_mode = force_generic_plan",
  ...["seqscan", "bitmapscan", "hashjoin", "mergejoin"].map((way) => `enable_${way} = off`),
  "jit = off",
]
  .map((setting) => `set ${setting}`)
  .join(" ");
