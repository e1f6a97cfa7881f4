/** A straight line through points, and how sure its slope is. */
export interface Line {
  readonly slope: number;
  /** Standard error of the slope. */
  readonly error: number;
}

/** Least squares through at least three points. */
export function lineThrough(points: readonly (readonly [x: number, y: number])[]): Line {
  const mean = (of: 0 | 1): number => points.reduce((sum, point) => sum + point[of], 0) / points.length;
  const [x, y] = [mean(0), mean(1)];
  const spread = points.reduce((sum, [a]) => sum + (a - x) ** 2, 0);
  const slope = points.reduce((sum, [a, b]) => sum + (a - x) * (b - y), 0) / spread;
  const rest = points.reduce((sum, [a, b]) => sum + (b - y - slope * (a - x)) ** 2, 0);
  return { slope, error: Math.sqrt(rest / (points.length - 2) / spread) };
}
