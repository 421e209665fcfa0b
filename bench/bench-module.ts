/**
 * What a bench is: a module `bench/<name>.ts` that exports `description` and `run`. A ratio is ours over theirs in wall
 * time, so below 1 is faster; figures are plain numbers, with the unit at the end of the name.
 */

export interface BenchOptions {
  /** interleaved rounds, at least 7 for figures that are to be quoted */
  readonly rounds: number;
  /** another command line that does the same work: becomes the ratio `vs` */
  readonly vs?: string;
}

export interface BenchResult {
  readonly ratios: Record<string, number>;
  readonly figures: Record<string, number>;
}

export interface BenchModule {
  readonly description: string;
  run(options: BenchOptions): Promise<BenchResult>;
}
