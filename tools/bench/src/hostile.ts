import {
  certificatePolicies,
  type ExtensionInput,
  octetString,
  oid,
  policyMappings,
  sequence,
} from '@tlsmith/testkit';
import {
  type Authority,
  crossSign,
  issue,
  makeAuthority,
  makeKey,
  type TestKey,
  type TestKeyType,
} from '@tlsmith/testkit/node';
import { type ChainRequest, trustAnchors } from '@tlsmith/x509';

/** A chain that costs its verifier much; `size` is about how many bytes it has. */
export interface Hostile {
  readonly name: string;
  make(size: number): ChainRequest;
}

const host = 'www.example';
const root = makeAuthority({ name: 'Root' });
const anchors = trustAnchors([root.certificate]);
const at = Date.UTC(2026, 6, 1);

/** What verifies: leaf and intermediate below a root, with the names that most certificates have. */
export function ordinary(keyType: TestKeyType = 'p256'): ChainRequest {
  const top = makeAuthority({ name: 'Top', keyType });
  const between = makeAuthority({ name: 'Between', under: top, keyType });
  const { chain } = issue(between, { subject: host, dns: [host, 'example'], keyType });
  return { ...request(chain), anchors: trustAnchors([top.certificate]) };
}

function request(chain: readonly Uint8Array[]): ChainRequest {
  return { chain, anchors, at, purpose: 'server', name: { dns: host } };
}

/**
 * As many things as fit into a size, of which each takes about `each` bytes; at most so many as a call of a function can
 * have arguments, which is what the encoders of the test kit make of them.
 */
function fill<T>(size: number, each: number, make: (index: number) => T): readonly T[] {
  return Array.from({ length: Math.min(45_000, Math.max(1, Math.floor(size / each))) }, (_, index) =>
    make(index),
  );
}

function sameName(keyType: TestKeyType): (size: number) => ChainRequest {
  return (size) => {
    const stranger = makeAuthority({ name: 'Stranger', keyType });
    const key = makeKey(keyType);
    // Every intermediate has the leaf's issuer's name and a key of its own, and none has signed the leaf.
    const each = makeAuthority({ name: 'Between', under: stranger, keyType }).certificate.length;
    const all = fill(size, each, () =>
      makeAuthority({ name: 'Between', under: stranger, keyType, omit: identifiers }),
    );
    const { certificate } = issue(makeAuthority({ name: 'Between', keyType }), {
      subject: host,
      dns: [host],
      key,
      omit: identifiers,
    });
    return request([certificate, ...all.map((one) => one.certificate)]);
  };
}

const identifiers = ['2.5.29.14', '2.5.29.35'];

function copies(size: number): ChainRequest {
  const key = makeKey('p256');
  const stranger = makeAuthority({ name: 'Stranger' });
  const all = fill(size, 420, (index) =>
    makeAuthority({ name: 'Between', under: stranger, key, serial: index + 1 }),
  );
  const { certificate } = issue(all[0] as Authority, { subject: host, dns: [host] });
  return request([certificate, ...all.map((one) => one.certificate)]);
}

// Everybody has certified everybody, and nobody is trusted.
function crossSigned(size: number): ChainRequest {
  const count = Math.max(2, Math.floor(Math.sqrt(size / 420)));
  const all = Array.from({ length: count }, (_, index) => makeAuthority({ name: `Authority ${index}` }));
  const links = all.flatMap((one, i) =>
    all.flatMap((other, j) =>
      i === j ? [] : [crossSign(one, other, { name: `Authority ${i}` }).certificate],
    ),
  );
  const { certificate } = issue(all[0] as Authority, { subject: host, dns: [host] });
  return request([certificate, ...links]);
}

// A ladder: each rung has two certificates for either of two authorities below it, so the paths double.
function ladder(size: number): ChainRequest {
  const rungs = Math.max(1, Math.floor(size / 1680));
  let [left, right] = [makeAuthority({ name: 'L' }), makeAuthority({ name: 'R' })];
  const links: Uint8Array[] = [];
  for (let rung = 0; rung < rungs; rung++) {
    const [l, r] = [
      makeAuthority({ name: `L${rung}`, under: left }),
      makeAuthority({ name: `R${rung}`, under: right }),
    ];
    links.push(
      l.certificate,
      r.certificate,
      crossSign(l, right, { name: `L${rung}` }).certificate,
      crossSign(r, left, { name: `R${rung}` }).certificate,
    );
    [left, right] = [l, r];
  }
  const { certificate } = issue(left, { subject: host, dns: [host] });
  return request([certificate, ...links]);
}

function withLeaf(input: Partial<Parameters<typeof issue>[1]>, issuer: Authority = root): ChainRequest {
  return request(issue(issuer, { subject: host, dns: [host], ...input }).chain);
}

const extension = (value: Uint8Array, id = '1.3.6.1.4.1.55555.9'): ExtensionInput => ({
  oid: id,
  critical: false,
  value,
});

// Half of the size goes into names, half into constraints: so that their product is largest.
function constrained(kind: 'permitted' | 'excluded', form: 'dns' | 'email' | 'uri' | 'ip' | 'directory') {
  return (size: number): ChainRequest => {
    const [ofName, ofBase] = form === 'ip' ? [6, 12] : [20, 22];
    const names = fill(size / 2, ofName, (index) => valueOf(form, index));
    const bases = fill(size / 2, ofBase, (index) => baseOf(form, index));
    const nameConstraints = { [kind]: { [form]: [...bases, baseOf(form, 0)] } };
    const between = makeAuthority({ name: 'Between', under: root, nameConstraints });
    const more = form === 'dns' ? { dns: [host, ...(names as string[])] } : { [form]: names };
    return withLeaf(more, between);
  };
}

function valueOf(form: string, index: number): unknown {
  const tail = index.toString(36).padStart(6, '0');
  if (form === 'email') return `a${tail}@x.example`;
  if (form === 'uri') return `u://a${tail}.example`;
  if (form === 'ip') return Uint8Array.of(10, (index >> 16) & 255, (index >> 8) & 255, index & 255);
  return form === 'directory' ? [['CN', tail]] : `a${tail}.example`;
}

function baseOf(form: string, index: number): unknown {
  const tail = index.toString(36).padStart(6, '0');
  if (form === 'email' || form === 'uri' || form === 'dns') return `z${tail}.example`;
  if (form === 'ip')
    return Uint8Array.of(11, (index >> 16) & 255, (index >> 8) & 255, index & 255, 255, 255, 255, 255);
  return [['CN', `z${tail}`]];
}

function policies(size: number): ChainRequest {
  const arc = (index: number) => `1.3.6.1.4.1.55555.${index + 1}`;
  const each = size / 3;
  const mapped = fill(each, 26, (index) => [arc(index), arc((index * 7919) % 5000)] as const);
  const stated = fill(each, 15, arc);
  const between = makeAuthority({
    name: 'Between',
    under: root,
    extensions: [certificatePolicies(stated), policyMappings(mapped)],
  });
  return withLeaf({ extensions: [certificatePolicies(stated)] }, between);
}

function nested(size: number): ChainRequest {
  let value: Uint8Array = new Uint8Array(0);
  while (value.length < size) value = sequence(value);
  return withLeaf({ extensions: [extension(value)] });
}

const longArc = (index: number): string => `1.3.6.1.4.1.${'2147483647.'.repeat(8)}${index}`;
const keyOf = (): TestKey => makeKey('p256');

/** The worst that we know how to build. Each either verifies or is refused; it must not take long. */
export const hostiles: readonly Hostile[] = [
  { name: 'same-name intermediates', make: sameName('p256') },
  { name: 'same-name intermediates, P-384', make: sameName('p384') },
  { name: 'same-name intermediates, P-521', make: sameName('p521') },
  { name: 'same-name intermediates, Ed448', make: sameName('ed448') },
  { name: 'copies of an intermediate', make: copies },
  { name: 'everybody certified by everybody', make: crossSigned },
  { name: 'ladder of cross-signed authorities', make: ladder },
  ...(['dns', 'email', 'uri', 'ip', 'directory'] as const).flatMap((form) => [
    { name: `permitted ${form} subtrees`, make: constrained('permitted', form) },
    { name: `excluded ${form} subtrees`, make: constrained('excluded', form) },
  ]),
  { name: 'many short names', make: (size) => withLeaf({ dns: fill(size, 3, () => 'a') }) },
  {
    name: 'many wildcards',
    make: (size) => withLeaf({ dns: fill(size, 15, (index) => `*.${index % 10}.b.c.d.e`) }),
  },
  { name: 'one long name', make: (size) => withLeaf({ dns: [`${'a-'.repeat(size / 2)}b`] }) },
  { name: 'one long address', make: (size) => withLeaf({ email: [`"${'\\"'.repeat(size / 2)}@b`] }) },
  {
    name: 'many parts of a subject',
    make: (size) => withLeaf({ subject: fill(size, 12, () => ['O', 'x'] as const) }),
  },
  { name: 'a long subject', make: (size) => withLeaf({ subject: [['O', 'ﬁ '.repeat(size / 4)]] }) },
  { name: 'policies and mappings', make: policies },
  { name: 'deep nesting', make: nested },
  {
    name: 'many extensions',
    make: (size) =>
      withLeaf({
        extensions: fill(size, 20, (index) =>
          extension(octetString(new Uint8Array(0)), `1.3.6.1.4.1.5.${index}`),
        ),
      }),
  },
  {
    name: 'long object identifiers',
    make: (size) => withLeaf({ eku: ['server', ...fill(size, 50, (index) => longArc(index) as '1.2')] }),
  },
  {
    name: 'one long object identifier',
    make: (size) =>
      withLeaf({ extensions: [extension(sequence(oid(`1.2.${'1.'.repeat(size)}1`)), '2.5.29.37')], eku: [] }),
  },
  {
    name: 'a big serial number',
    make: (size) => withLeaf({ serial: new Uint8Array(size).fill(0x55), key: keyOf() }),
  },
];
