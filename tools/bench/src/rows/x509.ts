import 'reflect-metadata';
import { createPublicKey, type KeyObject, verify as verifySignature, X509Certificate } from 'node:crypto';
import { node } from '@tlsmith/crypto/node';
import { issue, makeAuthority } from '@tlsmith/testkit/node';
import { compute, isCertificateRejected } from '@tlsmith/types';
import { type ChainRequest, parseCertificate, trustAnchors, verifyChain } from '@tlsmith/x509';
import { X509Certificate as PeculiarCertificate } from '@peculiar/x509';
import { type Bench, measureSlope, type Row } from '../harness.ts';
import { type Hostile, hostiles, ordinary } from '../hostile.ts';

/** Parsing, validating, and what hostile chains cost. */
export const x509: readonly Bench[] = [
  ...(['p256', 'rsa'] as const).flatMap((keyType) => [
    parsing(`x509 parse ${keyType} against node:crypto`, keyType, (der) => new X509Certificate(der)),
    parsing(
      `x509 parse ${keyType} against @peculiar/x509`,
      keyType,
      (der) => new PeculiarCertificate(Uint8Array.from(der)),
    ),
  ]),
  validating('x509 validate against two bare signatures', 'fresh keys'),
  validating('x509 validate against two bare signatures', 'cached keys'),
  ...hostiles.map(worst),
  ...hostiles.map(slope),
];

// `what` is asked for its serial number, so that nobody can put the work off.
function parsing(
  name: string,
  keyType: 'p256' | 'rsa',
  theirs: (der: Uint8Array) => { readonly serialNumber: string },
): Bench {
  const count = 400;
  const open = async (): Promise<Row> => {
    const ders = ordinary(keyType).chain;
    const rate = (parse: (der: Uint8Array) => unknown) => async () => {
      const taken = milliseconds(() => {
        for (let i = 0; i < count; i++) parse(ders[i % ders.length] as Uint8Array);
      });
      return (1000 * count) / taken;
    };
    return {
      name,
      unit: 'certificates/s',
      better: 'higher',
      rounds: 15,
      ours: rate((der) => parseCertificate(der).serialNumber),
      peer: rate((der) => theirs(der).serialNumber),
      close: () => undefined,
    };
  };
  return { name, open };
}

interface Subject {
  readonly request: ChainRequest;
  /** What is signed, by whom, and the signature: of the leaf and of the intermediate. */
  readonly signed: readonly {
    readonly tbs: Uint8Array;
    readonly spki: Buffer;
    readonly signature: Uint8Array;
  }[];
}

// More chains than the provider remembers keys, so that each key is imported again in its turn.
const manyChains = 320;

function validating(title: string, keys: 'fresh keys' | 'cached keys'): Bench {
  const name = `${title}, ${keys}`;
  const open = async (): Promise<Row> => {
    const subjects = Array.from({ length: keys === 'fresh keys' ? manyChains : 1 }, subject);
    const imported = new Map<Buffer, KeyObject>();
    const keyOf = (spki: Buffer): KeyObject => {
      const known = keys === 'cached keys' ? imported.get(spki) : undefined;
      const key = known ?? createPublicKey({ key: spki, format: 'der', type: 'spki' });
      imported.set(spki, key);
      return key;
    };
    const bare = ({ signed }: Subject) =>
      signed.every(({ tbs, spki, signature }) => verifySignature('sha256', tbs, keyOf(spki), signature));
    // The lower quartile of single times: what else happens on the machine falls on a few of them.
    const each = (work: (of: Subject) => unknown) => async () => {
      const times = Array.from({ length: manyChains }, (_, i) =>
        milliseconds(() => work(subjects[i % subjects.length] as Subject)),
      );
      return times.toSorted((a, b) => a - b)[manyChains >> 2] as number;
    };
    return {
      name,
      unit: 'ms',
      better: 'lower',
      rounds: 9,
      ours: each(({ request }) => compute(node, verifyChain(request))),
      peer: each(bare),
      close: () => undefined,
    };
  };
  return { name, open };
}

function subject(): Subject {
  const root = makeAuthority({ name: 'Root' });
  const between = makeAuthority({ name: 'Between', under: root });
  const dns = 'www.example';
  const { chain } = issue(between, { subject: dns, dns: [dns] });
  const keys = [between.key.spki, root.key.spki];
  const signed = chain.map((der, index) => {
    const { tbs, signature } = parseCertificate(der);
    return { tbs, signature, spki: Buffer.from(keys[index] as Uint8Array) };
  });
  const anchors = trustAnchors([root.certificate]);
  return { signed, request: { chain, anchors, at: Date.UTC(2026, 6, 1), purpose: 'server', name: { dns } } };
}

// One hostile chain of 100 KB, about the most that is looked at, against 50 ordinary ones: leaf and intermediate, keys
// imported afresh. Whatever is longer is refused for its length.
function worst(hostile: Hostile): Bench {
  const name = `x509 hostile: ${hostile.name}`;
  const open = async (): Promise<Row> => {
    const request = hostile.make(100_000);
    const normal = Array.from({ length: manyChains }, () => ordinary());
    let next = 0;
    return {
      name,
      unit: 'ms',
      better: 'lower',
      rounds: 9,
      ours: async () => milliseconds(() => attempt(request)),
      peer: async () =>
        milliseconds(() => {
          for (let i = 0; i < 50; i++) attempt(normal[next++ % normal.length] as ChainRequest);
        }),
      close: () => undefined,
    };
  };
  return { name, open };
}

const sizes = [1 << 10, 10 << 10, 100 << 10, 1 << 20] as const;

// The slope of time over size, both logarithmic, against the highest that is allowed; with and without the last size,
// which the budget makes short.
function slope(hostile: Hostile): Bench {
  const name = `x509 slope: ${hostile.name}`;
  const open = async (): Promise<Row> => {
    const requests = sizes.map((size) => hostile.make(size));
    const timed = (request: ChainRequest) =>
      Math.min(...Array.from({ length: 7 }, () => milliseconds(() => attempt(request))));
    return {
      name,
      unit: 'log/log',
      better: 'lower',
      rounds: 3,
      ours: async () => {
        const points = requests.map((request) => [bytesOf(request), timed(request)] as const);
        return Math.max(measureSlope(points), measureSlope(points.slice(0, 3)));
      },
      peer: async () => 1.2,
      close: () => undefined,
    };
  };
  return { name, open };
}

function bytesOf({ chain }: ChainRequest): number {
  return chain.reduce((sum, der) => sum + der.length, 0);
}

function attempt(request: ChainRequest): void {
  try {
    compute(node, verifyChain(request));
  } catch (error) {
    if (!isCertificateRejected(error)) throw error;
  }
}

function milliseconds(f: () => void): number {
  const start = process.hrtime.bigint();
  f();
  return Number(process.hrtime.bigint() - start) / 1e6;
}
