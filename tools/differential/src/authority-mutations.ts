import { basicConstraints, explicit, integer, keyUsage, sequence } from '@tlsmith/testkit';
import type { Draft } from './draft.ts';
import { ids, leaveOut, type Mutation, onAny, onIntermediate, onLeaf, onRoot, put } from './mutation.ts';

/** Changes to what makes an authority one. */
export function authorityMutations(): Record<string, Mutation> {
  return {
    'authority without basicConstraints': onIntermediate(leaveOut(ids.basicConstraints)),
    'cA false in an authority': onIntermediate(put(basicConstraints(false))),
    'root without basicConstraints': onRoot(leaveOut(ids.basicConstraints)),
    'cA false in the root': onRoot(put(basicConstraints(false))),
    'basicConstraints of an authority not critical': onIntermediate(
      put({ ...basicConstraints(true), critical: false }),
    ),
    'pathLenConstraint violated': ({ path }, random) => {
      if (path.length < 4) return false;
      const at = 2 + random.below(path.length - 3);
      put(basicConstraints(true, random.below(at - 1)))(path[at] as Draft);
      return true;
    },
    'pathLenConstraint of the root violated': ({ path }, random) => {
      if (path.length < 3) return false;
      put(basicConstraints(true, random.below(path.length - 2)))(path.at(-1) as Draft);
      return true;
    },
    'pathLenConstraint kept': ({ path }, random) => {
      const at = 1 + random.below(path.length - 1);
      put(basicConstraints(true, at - 1 + random.below(2)))(path[at] as Draft);
    },
    'pathLenConstraint without cA': onLeaf(
      put({ oid: ids.basicConstraints, critical: true, value: sequence(integer(1)) }),
    ),
    'keyUsage of an authority without keyCertSign': onIntermediate(put(keyUsage(['digitalSignature']))),
    'keyUsage of the root without keyCertSign': onRoot(put(keyUsage(['cRLSign']))),
    'authority without keyUsage': onIntermediate(leaveOut(ids.keyUsage)),
  };
}

/** Changes to the version of a certificate. */
export function versionMutations(): Record<string, Mutation> {
  return {
    'authority of version 1': onIntermediate((of) => {
      of.version = undefined;
      of.extensions = [];
    }),
    'root of version 1': onRoot((of) => {
      of.version = undefined;
      of.extensions = [];
    }),
    'leaf of version 1': onLeaf((of) => {
      of.version = undefined;
      of.extensions = [];
    }),
    'extensions in version 1': onAny((of) => {
      of.version = undefined;
    }),
    'extensions in version 2': onAny((of) => {
      of.version = explicit(0, integer(1));
    }),
    'version 4': onAny((of) => {
      of.version = explicit(0, integer(3));
    }),
  };
}
