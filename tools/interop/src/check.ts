import type { Result } from './side.ts';

/** What a cell found that should be otherwise. */
class Mismatch extends Error {
  override readonly name: string = 'Mismatch';
}

/**
 * Compares what a side tells with what it should. A side is not asked for what it cannot tell; ours can tell
 * everything and has `strict`.
 *
 * @throws {Mismatch} naming the side and every field that differs.
 */
export function expectResult(
  who: string,
  result: Result,
  wanted: Result,
  strict: 'strict' | 'lenient',
): void {
  const wrong = (Object.keys(wanted) as (keyof Result)[]).filter((field) => {
    if (wanted[field] === undefined || result[field] === wanted[field]) return false;
    return strict === 'strict' || result[field] !== undefined;
  });
  if (wrong.length === 0) return;
  const facts = wrong.map((field) => `${field} is ${show(result[field])}, not ${show(wanted[field])}`);
  const cause = result.error === undefined || result.error === '' ? '' : ` (${result.error})`;
  throw new Mismatch(`${who}: ${facts.join('; ')}${cause}`);
}

/** @throws {Mismatch} with the sentence, when it does not hold. */
export function expectThat(holds: boolean, otherwise: string): void {
  if (!holds) throw new Mismatch(otherwise);
}

function show(value: unknown): string {
  const text = value === undefined ? 'unknown' : JSON.stringify(value);
  return text.length > 100 ? `${text.slice(0, 100)}...` : text;
}
