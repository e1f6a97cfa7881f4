import { noble } from '@tlsmith/crypto/noble';
import { node } from '@tlsmith/crypto/node';
import {
  begin,
  coalesced,
  fragmented,
  type Issued,
  issue,
  keysAgree,
  type MachineEnd,
  type MachinePair,
  machinePairFor,
  makeAuthority,
  type Parcel,
  type Scene,
  SessionTable,
  story,
  talk,
  type TestKeyType,
} from '@tlsmith/testkit/node';
import {
  type CipherSuite,
  type CryptoProvider,
  type NamedGroup,
  groups,
  type Secret,
  suites,
  toHex,
  type Version,
} from '@tlsmith/types';
import { afterAll, describe, expect, test } from 'vitest';
import type { Negotiated } from './negotiated.ts';

const root = makeAuthority({ name: 'Root' });
const leaves = new Map<TestKeyType, Issued>();
let handshakes = 0;

afterAll(() => console.log(`${handshakes} handshakes in memory`));

/** A certificate with a key of this type, made once. */
function leafOf(keyType: TestKeyType): Issued {
  const known = leaves.get(keyType) ?? issue(root, { subject: 'server', dns: ['server.example'], keyType });
  leaves.set(keyType, known);
  return known;
}

/** What a finished handshake must be: both connected, both of one mind, both with the same keys. */
function expectAgreed(pair: MachinePair): Negotiated {
  const { client, server } = pair;
  expect([client.state.at, server.state.at].join(), story(pair)).toMatch(
    /^client1([23]).connected,server1\1.connected$/,
  );
  expect(keysAgree(pair)).toBe(true);
  const [ours, theirs] = [client, server].map(
    ({ state }) => (state as unknown as { negotiated: Negotiated }).negotiated,
  );
  const common = ({ version, suite, group, alpn, resumed, retried, extendedMasterSecret }: Negotiated) => ({
    version,
    suite,
    group,
    alpn,
    resumed,
    retried,
    extendedMasterSecret,
  });
  expect(common(ours as Negotiated)).toEqual(common(theirs as Negotiated));
  expect(disclosed(client as MachineEnd)).toEqual(disclosed(server as MachineEnd));
  handshakes++;
  return ours as Negotiated;
}

/** Secrets for a key log, by label. */
const disclosed = ({ effects }: MachineEnd): Readonly<Record<string, string>> =>
  Object.fromEntries(
    effects.flatMap((effect) =>
      effect.effect === 'disclose' ? [[effect.label, (effect.secret as Secret).use(toHex)]] : [],
    ),
  );

const providers: readonly CryptoProvider[] = [node, noble];
const versions: readonly Version[] = ['tls13', 'tls12'];
const keyTypes: readonly TestKeyType[] = ['p256', 'p384', 'p521', 'ed25519', 'ed448', 'rsa', 'rsa-pss'];
const canSign = ({ supports }: CryptoProvider, keyType: TestKeyType): boolean =>
  !keyType.startsWith('rsa') || supports.sign.includes('rsa-pss-sha256');

/** A key for a suite, and whether the provider can do the server's part of it. */
const keyFor = (suite: CipherSuite): TestKeyType =>
  suite.version === 'tls12' && suite.authentication === 'rsa' ? 'rsa' : 'p256';

describe.each(providers.map((provider) => [provider.name, provider] as const))(
  'with the provider %s',
  (_name, provider) => {
    const scene: Scene = { provider, leaf: leafOf('p256') };
    const only = (version: Version): Scene => ({ ...scene, client: { versions: [version] } });

    const ownSuites = Object.values(suites).filter((suite) => canSign(provider, keyFor(suite)));
    test.each(ownSuites.map((suite) => [suite.name, suite] as const))('%s', (_suite, suite) => {
      const client = { suites: [suite], versions: [suite.version] };
      expect(expectAgreed(talk({ ...scene, leaf: leafOf(keyFor(suite)), client })).suite).toBe(suite);
    });

    const ownKeys = keyTypes.filter((keyType) => canSign(provider, keyType));
    test.each(ownKeys.flatMap((keyType) => versions.map((version) => [keyType, version] as const)))(
      'a server with a key of type %s in %s',
      (keyType, version) => {
        expect(expectAgreed(talk({ ...only(version), leaf: leafOf(keyType) })).peerChain).toEqual(
          leafOf(keyType).chain,
        );
      },
    );

    test.each(ownKeys.flatMap((keyType) => versions.map((version) => [keyType, version] as const)))(
      'a client with a key of type %s in %s',
      (keyType, version) => {
        const clientLeaf = leafOf(keyType);
        const pair = talk({ ...only(version), clientLeaf, server: { clientAuthentication: 'require' } });
        expectAgreed(pair);
        expect(pair.server.state).toMatchObject({ negotiated: { peerChain: clientLeaf.chain } });
      },
    );

    const ownGroups = Object.values(groups).filter(({ name }) => provider.supports.groups.includes(name));
    test.each(ownGroups.flatMap((group) => versions.map((version) => [group.name, version, group] as const)))(
      'the group %s in %s',
      (name, version, group: NamedGroup) => {
        const client = { groups: [group], keyShares: [group], versions: [version] };
        expect(expectAgreed(talk({ ...scene, client }))).toMatchObject({ group: name, retried: false });
      },
    );

    test('a HelloRetryRequest', () => {
      expect(expectAgreed(talk({ ...scene, server: { groups: [groups.secp256r1] } })).retried).toBe(true);
    });

    test.each([
      ['a TLS 1.3 ticket', 'tls13', {}],
      ['a TLS 1.2 ticket', 'tls12', {}],
      ['a TLS 1.2 session ID', 'tls12', { resumption12: { tickets: false, sessionIds: true } }],
    ] as const)('resumption by %s', (_what, version, server) => {
      const first: Scene = { ...only(version), server, sessions: new SessionTable() };
      const pair = talk(first);
      expect(expectAgreed(pair).resumed).toBe(false);
      expect(expectAgreed(talk({ ...first, session: pair.client.sessions[0] })).resumed).toBe(true);
    });

    test('TLS 1.2 without an extended master secret, where both put up with it (RFC 7627 §5.4)', () => {
      const pair = talk({
        ...scene,
        client: {
          versions: ['tls12'],
          extendedMasterSecret: 'prefer',
          arrange: (_message, extensions) => extensions.filter(({ type }) => type !== 23),
        },
        server: { extendedMasterSecret: 'prefer' },
      });
      expect(expectAgreed(pair).extendedMasterSecret).toBe(false);
    });
  },
);

test.each([
  ['node', 'noble', node, noble],
  ['noble', 'node', noble, node],
] as const)('a client with %s and a server with %s understand each other', (_a, _b, ours, theirs) => {
  for (const version of versions) {
    expectAgreed(
      talk({
        provider: theirs,
        leaf: leafOf('p256'),
        client: { versions: [version] },
        clientAnswers: { provider: ours },
      }),
    );
  }
});

test('a client with noble does RSA key exchange with a server with node (RFC 5246 §7.4.7.1)', () => {
  const client = { versions: ['tls12'], suites: [suites.TLS_RSA_WITH_AES_256_GCM_SHA384] } as const;
  const pair = talk({ provider: node, leaf: leafOf('rsa'), client, clientAnswers: { provider: noble } });
  expect(expectAgreed(pair)).toMatchObject({ group: undefined, peerScheme: undefined });
});

test('noble alone cannot do RSA key exchange as a server', () => {
  expect(noble.supports.premaster).toEqual(['encrypt']);
});

describe('records of any size', () => {
  const sizes = [1, 2, 3, 5, 16, 100, 1000, 16_384];
  const scenes: Readonly<Record<string, Scene>> = {
    'TLS 1.3': { provider: node, leaf: leafOf('p256') },
    'TLS 1.3 with all there is': {
      provider: node,
      leaf: leafOf('p256'),
      clientLeaf: leafOf('ed25519'),
      server: { clientAuthentication: 'require', groups: [groups.secp384r1], tickets: 3 },
    },
    'TLS 1.2': {
      provider: node,
      leaf: leafOf('p256'),
      clientLeaf: leafOf('p384'),
      client: { versions: ['tls12'] },
      server: { clientAuthentication: 'require' },
    },
  };

  test.each(Object.entries(scenes))(
    '%s: flights joined, then cut into pieces, lead to the same end (RFC 9846 §5.1)',
    (_what, scene) => {
      for (const size of sizes) {
        const pair = begin(machinePairFor({ ...scene, sessions: new SessionTable() }));
        corked(pair, (parcels) => fragmented(coalesced(parcels), size));
        expectAgreed(pair);
      }
    },
  );
});

test('a state at rest is plain data: a copy of it goes on as the original does', () => {
  const pair = begin(machinePairFor({ provider: node, leaf: leafOf('p256') }));
  const functions = (value: unknown, path: string): readonly string[] => {
    if (typeof value === 'function') return [path];
    if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || 'wipe' in value)
      return [];
    return Object.entries(value).flatMap(([key, part]) => functions(part, `${path}.${key}`));
  };
  const seen = new Set<string>();
  for (;;) {
    const [parcel, to] = [pair.client.nextOutput(), pair.server as MachineEnd];
    const [other, back] = [pair.server.nextOutput(), pair.client as MachineEnd];
    if (parcel === undefined && other === undefined) break;
    if (parcel !== undefined) to.receive(parcel);
    if (other !== undefined) back.receive(other);
    for (const end of [pair.client, pair.server] as const) {
      seen.add(end.state.at);
      expect(functions(end.state, end.state.at)).toEqual([]);
      end.state = { ...end.state } as never;
    }
  }
  expectAgreed(pair);
  expect(seen.size).toBeGreaterThan(7);
});

/** Delivers each side's output after `cut` has made records of it. */
function corked(
  { client, server }: MachinePair,
  cut: (parcels: readonly Parcel[]) => readonly Parcel[],
): void {
  for (;;) {
    const fromClient = cut(client.takeOutput());
    for (const parcel of fromClient) server.receive(parcel);
    const fromServer = cut(server.takeOutput());
    for (const parcel of fromServer) client.receive(parcel);
    if (fromClient.length + fromServer.length === 0) return;
  }
}
