import { it } from "node:test";
import { Coverage } from "./coverage.ts";
import { count, effort } from "./effort.ts";
import { mutate } from "./mutation.ts";
import { Random } from "./random.ts";

/** What is fuzzed. */
export interface Target {
  readonly name: string;
  /** Inputs to begin with. */
  readonly seeds: readonly Buffer[];
  /** What inputs are made of. */
  readonly words: readonly Buffer[];
  /** Tries an input. @throws if a result is wrong */
  readonly run: (input: Buffer) => void;
}

/** How long fuzzing goes on: until so many inputs have been tried, or so many seconds are over. */
export interface Effort {
  readonly inputs: number;
  readonly seconds: number;
  readonly seed: number;
}

/** What fuzzing did, if it found nothing wrong. */
export interface Fuzzing {
  readonly inputs: number;
  /** Inputs that reached code which none before them had. */
  readonly corpus: readonly Buffer[];
  readonly blocks: number;
}

/** What is fuzzed, and which share of all inputs, as a percentage, it gets. */
export type Shares = readonly (readonly [Target, number])[];

/**
 * Makes a test for each of several targets, which fuzzes it.
 *
 * @param found gets the inputs that reached code which none before them had
 */
export function fuzzEach(shares: Shares, found: (corpus: readonly Buffer[]) => void = () => {}): void {
  for (const [target, share] of shares) {
    it(`find no wrong result for any input: ${target.name}`, (test) => {
      const { inputs, corpus, blocks } = fuzz(target, effort(share, shares.length));
      found(corpus);
      count(inputs);
      test.diagnostic(
        `${inputs} inputs, of which ${corpus.length} reached something new: ${blocks} blocks of code`,
      );
    });
  }
}

/**
 * Tries inputs, made of those before that reached something new: coverage-guided fuzzing. What ran is looked at after a
 * batch; where something new did, the batch runs again, one by one, to see which input it was. The same seed tries the
 * same inputs.
 *
 * @throws Error for an input that `run` throws at, made as short as possible.
 */
export function fuzz({ name, seeds, words, run }: Target, { inputs, seconds, seed }: Effort): Fuzzing {
  const random = new Random(seed);
  const coverage = new Coverage();
  const corpus = [...seeds];
  const until = performance.now() + seconds * 1000;
  const attempt = (input: Buffer): void => {
    try {
      run(input);
    } catch (error) {
      throw new Error(`${name}: ${told(shortest(input, run))}`, { cause: error });
    }
  };
  let tried = 0;
  let size = smallest;
  for (let batch = seeds; tried < inputs && performance.now() < until; ) {
    for (const input of batch) attempt(input);
    tried += batch.length;
    const found = reachedFirst(batch, run, coverage);
    corpus.push(...found);
    // The less there is to be found, the less often it is looked for.
    size = found.length > 0 ? smallest : Math.min(size * 2, largest);
    batch = Array.from({ length: Math.min(size, inputs - tried) }, () =>
      mutate(chosen(corpus, random), random.of(corpus), words, random),
    );
  }
  return { inputs: tried, corpus, blocks: coverage.size };
}

/** How many inputs are tried before what ran is looked at. */
const smallest = 128;
const largest = 2048;

/** An input of the corpus, preferably a late one, because new blocks were found there last. */
function chosen(corpus: readonly Buffer[], random: Random): Buffer {
  const late = random.below(2) === 0 ? Math.max(0, corpus.length - 16) : 0;
  // It has the seeds in it at least.
  return corpus[late + random.below(corpus.length - late)] as Buffer;
}

/** Which of a batch that has run reached something new. */
function reachedFirst(batch: readonly Buffer[], run: Target["run"], coverage: Coverage): Buffer[] {
  const fresh = new Set(coverage.take());
  const found: Buffer[] = [];
  // Halves run again, and halves of those that reached some of it.
  const search = (inputs: readonly Buffer[]): void => {
    if (fresh.size === 0) return;
    for (const input of inputs) run(input);
    const reached = [...coverage.take()].filter((block) => fresh.has(block));
    if (reached.length === 0) return;
    if (inputs.length > 1) {
      const middle = inputs.length >> 1;
      search(inputs.slice(0, middle));
      search(inputs.slice(middle));
      return;
    }
    found.push(...inputs);
    coverage.know(reached);
    for (const block of reached) fresh.delete(block);
  };
  if (fresh.size > 0) search(batch);
  // What ran only the first time, such as what is kept from then on.
  coverage.know(fresh);
  return found;
}

/** Takes parts out, the last ones first, as long as it still fails. */
function shortest(input: Buffer, run: Target["run"]): Buffer {
  let least = input;
  for (let size = Math.ceil(least.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let end = least.length; end > 0; end -= size) {
      const less = Buffer.concat([least.subarray(0, Math.max(0, end - size)), least.subarray(end)]);
      if (fails(less, run)) least = less;
    }
  }
  return least;
}

function fails(input: Buffer, run: Target["run"]): boolean {
  try {
    run(input);
    return false;
  } catch {
    return true;
  }
}

/** As it can be put into a test: `Buffer.from(..., "latin1")`. */
function told(input: Buffer): string {
  return JSON.stringify(input.toString("latin1"));
}
