import { readdirSync, readFileSync } from 'node:fs';
import { sharedFile } from './shared.ts';

/** Where Wycheproof's files lie below the published conformance data. */
export const wycheproofPath = 'wycheproof/';

/** One case; what else it has depends on the file. */
export interface WycheproofCase {
  readonly tcId: number;
  readonly comment: string;
  readonly flags: readonly string[];
  readonly result: 'valid' | 'invalid' | 'acceptable';
  readonly [field: string]: unknown;
}

/** Cases that have a key or parameters in common. */
export interface WycheproofGroup {
  readonly type: string;
  readonly tests: readonly WycheproofCase[];
  readonly [field: string]: unknown;
}

/** What TLS asks for where Wycheproof leaves the choice. */
export type WycheproofVerdict = 'accept' | 'refuse';

/** The names of the files, sorted; undefined where the data is absent. */
export function wycheproofFiles(): readonly string[] | undefined {
  const folder = sharedFile(wycheproofPath);
  if (folder === undefined) return undefined;
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .toSorted();
}

/** The groups of a file that {@link wycheproofFiles} names. */
export function wycheproofGroups(file: string): readonly WycheproofGroup[] {
  const text = readFileSync(sharedFile(`${wycheproofPath}${file}`) as string, 'utf8');
  return (JSON.parse(text) as { readonly testGroups: readonly WycheproofGroup[] }).testGroups;
}

/** What is wanted of a case: `acceptable` ones go as the rule for their flag says. */
export function wycheproofVerdict({ result, flags, tcId }: WycheproofCase): WycheproofVerdict {
  if (result !== 'acceptable') return result === 'valid' ? 'accept' : 'refuse';
  const row = acceptable.find(([flag]) => flags.includes(flag));
  if (row === undefined) {
    throw new Error(`case ${tcId} is acceptable for no reason known here: ${flags.join()}`);
  }
  return row[1];
}

const acceptable: readonly (readonly [flag: string, wanted: WycheproofVerdict, rule: string])[] = [
  ['ZeroSharedSecret', 'refuse', 'RFC 9846 §7.4.2: abort on the all-zero value'],
  ['CompressedPoint', 'refuse', 'RFC 9846 §4.3.8.2: shares are uncompressed'],
  ['MissingNull', 'refuse', 'RFC 8017 §9.2 asks for NULL; its note for leniency is for old signers'],
  ['Twist', 'accept', 'RFC 7748 §5: every string is a coordinate'],
  ['NonCanonicalPublic', 'accept', 'RFC 7748 §5: non-canonical values are reduced'],
];
