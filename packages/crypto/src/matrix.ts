import type { CryptoProvider, ProviderSupport } from '@tlsmith/types';

/** One algorithm and which providers have it. */
export interface SupportRow {
  /** The field of {@link ProviderSupport} that lists it. */
  readonly feature: keyof ProviderSupport;
  readonly algorithm: string;
  /** By the provider's name. */
  readonly providers: Readonly<Record<string, boolean>>;
}

/**
 * What providers can do, side by side: one row for each algorithm that at least one of them has, in the order in which
 * they name them.
 *
 * @example
 * ```ts
 * import { supportMatrix } from '@tlsmith/crypto';
 * import { node } from '@tlsmith/crypto/node';
 * import { noble } from '@tlsmith/crypto/noble';
 * supportMatrix([node, noble])[0]; // { feature: 'hashes', algorithm: 'sha256', providers: { node: true, noble: true } }
 * ```
 */
export function supportMatrix(providers: readonly CryptoProvider[]): readonly SupportRow[] {
  return features.flatMap((feature) => {
    const listed = (provider: CryptoProvider): readonly string[] => provider.supports[feature];
    const algorithms = new Set(providers.flatMap(listed));
    return [...algorithms].map((algorithm) => ({
      feature,
      algorithm,
      providers: Object.fromEntries(providers.map((one) => [one.name, listed(one).includes(algorithm)])),
    }));
  });
}

/** The matrix as a Markdown table, with columns aligned. */
export function supportTable(providers: readonly CryptoProvider[]): string {
  const names = providers.map(({ name }) => name);
  const rows = supportMatrix(providers).map((row) => [
    row.feature,
    `\`${row.algorithm}\``,
    ...names.map((name) => (row.providers[name] ? 'yes' : 'no')),
  ]);
  return aligned([['feature', 'algorithm', ...names], ...rows]);
}

function aligned([head = [], ...rows]: readonly (readonly string[])[]): string {
  const widths = head.map((_, column) =>
    Math.max(3, ...[head, ...rows].map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

const features: readonly (keyof ProviderSupport)[] = [
  'hashes',
  'aeads',
  'groups',
  'verify',
  'sign',
  'curves',
  'premaster',
];
