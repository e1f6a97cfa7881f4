/** One line of the result: `ratio` above 1 means that ours is better, always. */
export interface Result {
  readonly name: string;
  readonly unit: string;
  readonly ours: number;
  readonly peer: number;
  readonly ratio: number;
  readonly rounds: number;
}

/** A measurement of both sides in one process run, alternating. */
export interface Row {
  readonly name: string;
  readonly unit: string;
  readonly better: 'higher' | 'lower';
  readonly rounds: number;
  /** Rounds of each before those that count; 1 if not given. Handshakes take thousands until all code is compiled. */
  readonly warmUp?: number;
  /** One round of each; the number is in `unit`. */
  ours(): Promise<number>;
  peer(): Promise<number>;
  /** Ends what the row started. */
  close(): void;
}

/** A row that is set up only when its turn comes. */
export interface Bench {
  readonly name: string;
  open(): Promise<Row>;
}

/** Runs a row: some rounds of each to warm up, then `rounds` of each in turn; medians. */
export async function measure(row: Row): Promise<Result> {
  const ours: number[] = [];
  const peer: number[] = [];
  for (let round = 0; round < (row.warmUp ?? 1); round++) {
    await row.ours();
    await row.peer();
  }
  for (let round = 0; round < row.rounds; round++) {
    // Who goes first changes, so that neither always meets the other's garbage.
    const order = round % 2 === 0 ? (['ours', 'peer'] as const) : (['peer', 'ours'] as const);
    for (const side of order) {
      const value = await row[side]();
      if (side === 'ours') ours.push(value);
      else peer.push(value);
    }
  }
  const [a, b] = [median(ours), median(peer)];
  const ratio = row.better === 'higher' ? a / b : b / a;
  return {
    name: row.name,
    unit: row.unit,
    ours: round3(a),
    peer: round3(b),
    ratio: round3(ratio),
    rounds: row.rounds,
  };
}

/** Seconds that `f` takes. */
export async function seconds(f: () => Promise<void>): Promise<number> {
  const start = process.hrtime.bigint();
  await f();
  return Number(process.hrtime.bigint() - start) / 1e9;
}

/** By which power something grows: the slope of the line through points of size and time, both logarithmic. */
export function measureSlope(points: readonly (readonly [size: number, time: number])[]): number {
  const logs = points.map(([size, time]) => [Math.log(size), Math.log(time)] as const);
  const mean = (of: 0 | 1) => logs.reduce((sum, point) => sum + point[of], 0) / logs.length;
  const [x, y] = [mean(0), mean(1)];
  const rise = logs.reduce((sum, point) => sum + (point[0] - x) * (point[1] - y), 0);
  return rise / logs.reduce((sum, point) => sum + (point[0] - x) ** 2, 0);
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const [low, high] = [sorted[Math.ceil(sorted.length / 2) - 1] ?? Number.NaN, sorted[middle] ?? Number.NaN];
  return (low + high) / 2;
}

const round3 = (value: number): number => Number(value.toPrecision(4));
