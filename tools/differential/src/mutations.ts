import {
  authorityKeyIdentifier,
  basicConstraints,
  certificatePolicies,
  distinguishedName,
  extendedKeyUsage,
  generalizedTime,
  keyUsage,
  nothing,
  oid,
  policyConstraints,
  sequence,
  unknownExtension,
  validityTime,
} from '@tlsmith/testkit';
import type { TestKeyType } from '@tlsmith/testkit/node';
import { authorityMutations, versionMutations } from './authority-mutations.ts';
import { authorityDraft, type Draft, pooledKey, verificationTime } from './draft.ts';
import { encodingMutations } from './encoding-mutations.ts';
import { ids, leaveOut, type Mutation, onAny, onIntermediate, onLeaf, onRoot, put } from './mutation.ts';
import { nameMutations } from './name-mutations.ts';

/** All changes by name. What is right about a chain with one of them is for its rejection to say, not for its name. */
export const mutations: Readonly<Record<string, Mutation>> = {
  'signature broken': onAny((of) => {
    of.breakSignature = true;
  }),
  'signature of the root broken': onRoot((root) => {
    root.breakSignature = true;
  }),
  'signed by another key': onAny((of) => {
    of.signer = pooledKey('p256', 11);
  }),
  'outer algorithm differs': onAny((of) => {
    of.outerAlgorithm = sequence(oid('1.2.840.10045.4.3.3'));
  }),
  'outer algorithm has parameters': onAny((of) => {
    of.outerAlgorithm = sequence(oid('1.2.840.10045.4.3.2'), nothing);
  }),
  'SHA-1 signature': onAny((of) => {
    of.hash = 'sha1';
  }),
  'SHA-512 signature with P-256': onAny((of) => {
    of.hash = 'sha512';
  }),
  ...validityMutations(),
  ...authorityMutations(),
  ...versionMutations(),
  ...usageMutations(),
  ...chainMutations(),
  ...extensionMutations(),
  ...keyMutations(),
  ...nameMutations,
  ...encodingMutations,
};

function validityMutations(): Record<string, Mutation> {
  const second = 1000;
  const year = 365 * 86_400 * second;
  const expire = (of: Draft): void => {
    of.notAfter = validityTime(verificationTime - second);
  };
  const begin = (of: Draft): void => {
    of.notBefore = validityTime(verificationTime + second);
  };
  return {
    'leaf expired': onLeaf(expire),
    'leaf not yet valid': onLeaf(begin),
    'intermediate expired': onIntermediate(expire),
    'intermediate not yet valid': onIntermediate(begin),
    'root expired': onRoot(expire),
    'root not yet valid': onRoot(begin),
    'expires this second': onAny((of) => {
      of.notAfter = validityTime(verificationTime);
    }),
    'begins this second': onAny((of) => {
      of.notBefore = validityTime(verificationTime);
    }),
    'no well-defined expiration date': onAny((of) => {
      of.notAfter = generalizedTime(Date.UTC(9999, 11, 31, 23, 59, 59));
    }),
    'notAfter before notBefore': onAny((of) => {
      of.notBefore = validityTime(verificationTime - year);
      of.notAfter = validityTime(verificationTime - 2 * year);
    }),
  };
}

function usageMutations(): Record<string, Mutation> {
  return {
    'leaf is an authority': onLeaf((of) => {
      put(basicConstraints(true))(of);
      put(keyUsage(['digitalSignature', 'keyCertSign']))(of);
    }),
    'extendedKeyUsage of the leaf for clients only': onLeaf(put(extendedKeyUsage(['client']))),
    'extendedKeyUsage of the leaf for e-mail only': onLeaf(put(extendedKeyUsage(['1.3.6.1.5.5.7.3.4']))),
    'extendedKeyUsage of the leaf any': onLeaf(put(extendedKeyUsage(['2.5.29.37.0']))),
    'extendedKeyUsage of the leaf critical': onLeaf(put(extendedKeyUsage(['server'], true))),
    'extendedKeyUsage empty': onLeaf(put(extendedKeyUsage([]))),
    'leaf without extendedKeyUsage': onLeaf(leaveOut(ids.extendedKeyUsage)),
    'extendedKeyUsage of an authority for clients only': onIntermediate(put(extendedKeyUsage(['client']))),
    'extendedKeyUsage of an authority for servers': onIntermediate(put(extendedKeyUsage(['server']))),
    'extendedKeyUsage of an authority any': onIntermediate(put(extendedKeyUsage(['2.5.29.37.0']))),
    'extendedKeyUsage of the root for clients only': onRoot(put(extendedKeyUsage(['client']))),
    'keyUsage of the leaf without digitalSignature': onLeaf(put(keyUsage(['keyAgreement']))),
    'keyUsage of the leaf keyCertSign only': onLeaf(put(keyUsage(['keyCertSign']))),
    'leaf without keyUsage': onLeaf(leaveOut(ids.keyUsage)),
    'keyUsage without bits': onLeaf(put(keyUsage([]))),
  };
}

function chainMutations(): Record<string, Mutation> {
  return {
    'issuer name of no certificate': onAny((of) => {
      of.issuer = distinguishedName('Nobody');
    }),
    'intermediate missing': ({ path, missing }, random) => {
      if (path.length < 3) return false;
      missing.add(random.pick(path.slice(1, -1)));
      return true;
    },
    'order reversed': (chain) => {
      chain.order = 'reversed';
    },
    'intermediates twice': (chain) => {
      chain.order = 'twice';
    },
    'root sent along': (chain) => {
      chain.sendsRoot = true;
    },
    'strangers sent along': ({ extra }, random) => {
      for (let count = 1 + random.below(3); count > 0; count--) {
        extra.push(authorityDraft(`Stranger ${count}`, pooledKey('p256', 12)));
      }
    },
    'namesake with another key sent along': ({ path, extra }) => {
      if (path.length < 3) return false;
      const namesake = authorityDraft('Differential Intermediate 1', pooledKey('p256', 13), path.at(-1));
      extra.push({ ...namesake, subject: (path[1] as Draft).subject });
      return true;
    },
    'leaf signed by itself': onLeaf((of) => {
      of.signer = of.key;
      of.issuer = of.subject;
      leaveOut(ids.authorityKeyIdentifier)(of);
    }),
  };
}

function extensionMutations(): Record<string, Mutation> {
  const wrong = new Uint8Array(20).fill(7);
  return {
    'unknown critical extension in the leaf': onLeaf(put(unknownExtension(true))),
    'unknown critical extension in an authority': onIntermediate(put(unknownExtension(true))),
    'unknown critical extension in the root': onRoot(put(unknownExtension(true))),
    'unknown extension': onAny(put(unknownExtension(false))),
    'extension twice': ({ path }, random) => {
      const { extensions } = random.pick(path.slice(0, -1));
      const twice = random.pick(extensions);
      if (twice === undefined) return false;
      extensions.push({ ...twice });
      return true;
    },
    'unknown extension twice': onAny((of) => {
      put(unknownExtension(false))(of);
      of.extensions.push({ ...(of.extensions.at(-1) as Draft['extensions'][number]) });
    }),
    'authorityKeyIdentifier of another key': onAny(put(authorityKeyIdentifier(wrong))),
    'authorityKeyIdentifier left out': onAny(leaveOut(ids.authorityKeyIdentifier)),
    'authorityKeyIdentifier critical': onAny(
      put({ ...authorityKeyIdentifier(new Uint8Array(20)), critical: true }),
    ),
    'subjectKeyIdentifier left out': onIntermediate(leaveOut(ids.subjectKeyIdentifier)),
    'policy required and absent': onIntermediate(put(policyConstraints({ requireExplicitPolicy: 0 }))),
    'policy twice': onAny(put(certificatePolicies(['1.2.3.4', '1.2.3.4']))),
    'policies that differ': onAny(put(certificatePolicies(['1.2.3.4']))),
  };
}

function keyMutations(): Record<string, Mutation> {
  const types: readonly TestKeyType[] = ['rsa', 'rsa-pss', 'rsa-1024', 'p384', 'p521', 'ed25519', 'ed448'];
  const ofLeaf = types.map((type): [string, Mutation] => [
    `${type} key of the leaf`,
    onLeaf((of) => {
      of.key = pooledKey(type, 0);
    }),
  ]);
  const ofAuthority = types.map((type): [string, Mutation] => [
    `${type} key of an authority`,
    ({ path }, random) => {
      if (path.length < 3) return false;
      const at = 1 + random.below(path.length - 2);
      const key = pooledKey(type, 1);
      (path[at] as Draft).key = key;
      (path[at - 1] as Draft).signer = key;
      // The identifiers name the key that was there; they agree with each other, which is all that counts.
      return true;
    },
  ]);
  return Object.fromEntries([...ofLeaf, ...ofAuthority]);
}
