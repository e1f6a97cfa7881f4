import type { ExtensionInput } from '@tlsmith/testkit';
import { type ChainDraft, type Draft, extensionDraft } from './draft.ts';
import type { Random } from './random.ts';

/** A change of a chain with a name; false where the chain has no place for it. */
export type Mutation = (chain: ChainDraft, random: Random) => void | boolean;

/** Changes the leaf. */
export const onLeaf =
  (change: (leaf: Draft) => void): Mutation =>
  ({ path }) =>
    change(path[0] as Draft);

/** Changes one of the intermediates. */
export const onIntermediate =
  (change: (authority: Draft) => void): Mutation =>
  ({ path }, random) => {
    if (path.length < 3) return false;
    change(random.pick(path.slice(1, -1)));
    return true;
  };

/** Changes any certificate but the root, in which some verifiers do not look at everything. */
export const onAny =
  (change: (certificate: Draft) => void): Mutation =>
  ({ path }, random) =>
    change(random.pick(path.slice(0, -1)));

/** Changes the root. */
export const onRoot =
  (change: (root: Draft) => void): Mutation =>
  ({ path }) =>
    change(path.at(-1) as Draft);

/** Puts an extension in the place of one with its OID, or behind the others. */
export const put =
  (input: ExtensionInput) =>
  (of: Draft): void => {
    const made = extensionDraft(input);
    const at = of.extensions.findIndex(({ oid }) => oid === input.oid);
    if (at === -1) of.extensions.push(made);
    else of.extensions[at] = made;
  };

/** Leaves an extension out. */
export const leaveOut =
  (oid: string) =>
  (of: Draft): void => {
    of.extensions = of.extensions.filter((extension) => extension.oid !== oid);
  };

export const ids = {
  basicConstraints: '2.5.29.19',
  keyUsage: '2.5.29.15',
  extendedKeyUsage: '2.5.29.37',
  subjectKeyIdentifier: '2.5.29.14',
  authorityKeyIdentifier: '2.5.29.35',
  subjectAltName: '2.5.29.17',
  nameConstraints: '2.5.29.30',
} as const;
