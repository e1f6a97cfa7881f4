import { type ChainDraft, encode, validChain, verificationTime } from './draft.ts';
import { mutations } from './mutations.ts';
import { type Random, randomOf } from './random.ts';

/** A chain to judge: everything that a verifier is told. */
export interface Chain {
  readonly seed: number;
  /** The names of what was changed; none in a valid chain. */
  readonly mutations: readonly string[];
  readonly root: Uint8Array;
  readonly leaf: Uint8Array;
  /** As the peer sends them. */
  readonly others: readonly Uint8Array[];
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** What a verifier says of a chain. */
export interface Verdict {
  readonly accepted: boolean;
  /** Why not; empty where it was accepted. */
  readonly reason: string;
}

/** All mutations, by name. */
export const mutationNames: readonly string[] = Object.keys(mutations);

/**
 * The chain of a seed. The same seed gives the same mutations of the same certificates; keys and signatures are fresh.
 * The first seeds go through the mutations one by one, later ones mix up to three.
 */
export function chainOf(seed: number): Chain {
  const random = randomOf(seed);
  const draft = validChain(random.pick([0, 1, 1, 1, 2, 2, 3]));
  const applied = wanted(seed, random).filter((name) => mutations[name]?.(draft, random) !== false);
  return { seed, mutations: applied, ...encoded(draft), name: draft.name, at: verificationTime };
}

function wanted(seed: number, random: Random): readonly string[] {
  const rounds = Math.floor(seed / (mutationNames.length + 1));
  if (rounds < 3) {
    const name = mutationNames[seed % (mutationNames.length + 1)];
    return name === undefined ? [] : [name];
  }
  const count = random.pick([0, 1, 1, 1, 1, 2, 2, 3]);
  return [...new Set(Array.from({ length: count }, () => random.pick(mutationNames)))];
}

function encoded(draft: ChainDraft): Pick<Chain, 'root' | 'leaf' | 'others'> {
  const [leaf, ...above] = draft.path.map(encode);
  const root = above.at(-1);
  if (leaf === undefined || root === undefined) throw new TypeError('a path has a leaf and a root');
  const sent = above.slice(0, -1).filter((_, at) => {
    const of = draft.path[at + 1];
    return of !== undefined && !draft.missing.has(of);
  });
  const others = [...sent, ...draft.extra.map(encode), ...(draft.sendsRoot ? [root] : [])];
  return { root, leaf, others: ordered(others, draft.order) };
}

function ordered(others: readonly Uint8Array[], order: ChainDraft['order']): readonly Uint8Array[] {
  if (order === 'reversed') return others.toReversed();
  return order === 'twice' ? [...others, ...others] : others;
}
