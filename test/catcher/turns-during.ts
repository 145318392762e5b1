/** Counts how often other things could happen during work. */
export async function turnsDuring(work: Promise<unknown>): Promise<number> {
  let turns = 0;
  let counting = true;
  const count = (): void => {
    turns++;
    if (counting) setImmediate(count);
  };
  setImmediate(count);
  await work;
  counting = false;
  return turns;
}
