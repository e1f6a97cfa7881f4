import { der, integer, octetString } from '@tlsmith/testkit';
import type { Draft, ExtensionDraft } from './draft.ts';
import { ids, type Mutation, onAny } from './mutation.ts';

/** Encodings that BER allows and DER does not, and values beyond what RFC 5280 allows. */
export const encodingMutations: Readonly<Record<string, Mutation>> = {
  'BOOLEAN true as 01': critical(Uint8Array.of(1, 1, 1)),
  'BOOLEAN false written out': onExtension((extension) => {
    if (extension.critical === undefined) extension.critical = Uint8Array.of(1, 1, 0);
  }),
  'BOOLEAN of two octets': critical(Uint8Array.of(1, 2, 255, 255)),
  'cA false written out': onAny((of) => {
    const found = of.extensions.find(({ oid }) => oid === ids.basicConstraints);
    if (found?.value.length === 2) found.value = Uint8Array.of(0x30, 3, 1, 1, 0);
  }),
  'cA true as 01': onAny((of) => {
    const found = of.extensions.find(({ oid }) => oid === ids.basicConstraints);
    if (found?.value[2] === 1) found.value = Uint8Array.of(0x30, 3, 1, 1, 1);
  }),
  'length in long form': serial(Uint8Array.of(2, 0x81, 2, 0x22, 0x33)),
  'length with a zero octet': serial(Uint8Array.of(2, 0x82, 0, 2, 0x22, 0x33)),
  'serial number with a needless zero octet': serial(Uint8Array.of(2, 3, 0, 0x22, 0x33)),
  'serial number negative': serial(Uint8Array.of(2, 2, 0x82, 0x33)),
  'serial number 0': serial(integer(0)),
  'serial number of 20 octets': serial(der(2, new Uint8Array(20).fill(0x55))),
  'serial number of 21 octets': serial(der(2, new Uint8Array(21).fill(0x55))),
  'serial number of 40 octets': serial(der(2, new Uint8Array(40).fill(0x55))),
  'serial number without octets': serial(Uint8Array.of(2, 0)),
  'UTCTime without seconds': notAfter(0x17, '3001010000Z'),
  'UTCTime with an offset': notAfter(0x17, '300101000000+0000'),
  'UTCTime without Z': notAfter(0x17, '300101000000'),
  'UTCTime of 30 February': notAfter(0x17, '300230000000Z'),
  'UTCTime with second 60': notAfter(0x17, '291231235960Z'),
  'GeneralizedTime before 2050': notAfter(0x18, '20300101000000Z'),
  'GeneralizedTime with a fraction': notAfter(0x18, '20300101000000.5Z'),
  'GeneralizedTime with an offset': notAfter(0x18, '20300101000000+0000'),
  'time as text of another type': notAfter(0x16, '300101000000Z'),
  'octets behind the certificate': onAny((of) => {
    of.after = Uint8Array.of(0, 0);
  }),
  'octets behind an extension value': onExtension((extension) => {
    extension.value = Uint8Array.from([...extension.value, 5, 0]);
  }),
  'extension value empty': onExtension((extension) => {
    extension.value = new Uint8Array(0);
  }),
  'extension value of another type': onExtension((extension) => {
    extension.value = octetString(extension.value);
  }),
  'keyUsage with trailing zero bits': onAny((of) => {
    const found = of.extensions.find(({ oid }) => oid === ids.keyUsage);
    if (found !== undefined) found.value = Uint8Array.of(3, 2, 0, found.value[3] ?? 0);
  }),
  'keyUsage with unused bits set': onAny((of) => {
    const found = of.extensions.find(({ oid }) => oid === ids.keyUsage);
    if (found?.value.length === 4) found.value = Uint8Array.of(3, 2, 1, (found.value[3] as number) | 1);
  }),
  'extensions empty': onAny((of) => {
    of.extensions = [];
  }),
  'pathLenConstraint negative': onAny((of) => {
    const found = of.extensions.find(({ oid }) => oid === ids.basicConstraints);
    if (found?.value[2] === 1) found.value = Uint8Array.of(0x30, 6, 1, 1, 255, 2, 1, 255);
  }),
};

function critical(octets: Uint8Array): Mutation {
  return onExtension((extension) => {
    if (extension.critical !== undefined) extension.critical = octets;
  });
}

function serial(octets: Uint8Array): Mutation {
  return onAny((of) => {
    of.serial = octets;
  });
}

function notAfter(tag: number, text: string): Mutation {
  return onAny((of) => {
    of.notAfter = der(tag, new TextEncoder().encode(text));
  });
}

function onExtension(change: (extension: ExtensionDraft) => void): Mutation {
  return ({ path }, random) => {
    const { extensions }: Draft = random.pick(path.slice(0, -1));
    if (extensions.length === 0) return false;
    change(random.pick(extensions));
    return true;
  };
}
