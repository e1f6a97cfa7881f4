import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { node } from '@tlsmith/crypto/node';
import {
  type Bytes,
  type CryptoProvider,
  concat,
  equal,
  groups,
  type KeyExchangeAlgorithm,
  type KeyExchangeKey,
  type NamedGroup,
  type SignatureScheme,
  type SigningKey,
  schemes,
  utf8,
  type Version,
} from '@tlsmith/types';
import { describe, expect, test } from 'vitest';
import { resolveEntries } from './entries.ts';
import { type Identity, identity } from './identity.ts';
import { connect, createServer } from './node/index.ts';
import { defineClient } from './options.ts';
import {
  exchange,
  host,
  leaf,
  names,
  type PairOptions,
  pair,
  roots,
  slowly,
  text,
} from './pair.test-support.ts';

/**
 * Not for use: a KEM of X25519 whose answer carries a confirmation besides the ephemeral share, so that the two shares
 * differ in length as those of ML-KEM do.
 */
const x25519 = node.groups.x25519;
const confirmed = (secret: Bytes): Bytes =>
  (node.hash('sha256', concat(utf8('confirmation'), secret)) as Bytes).subarray(0, 16);

const kem: KeyExchangeAlgorithm = {
  name: 'x25519-kem',
  begin: () => x25519.begin(),
  respond(peerShare) {
    const answer = x25519.respond(peerShare);
    if (answer === undefined) return undefined;
    return { share: concat(answer.share, confirmed(answer.secret)), secret: answer.secret };
  },
  finish(key: KeyExchangeKey, peerShare) {
    const secret = x25519.finish(key as never, peerShare.subarray(0, 32));
    return secret !== undefined && equal(confirmed(secret), peerShare.subarray(32)) ? secret : undefined;
  },
};

const kemGroup: NamedGroup = {
  name: kem.name,
  code: 0xfe77,
  shareLength: { client: 32, server: 48 },
  versions: ['tls13'],
  implementation: kem,
};

describe('a group of one’s own, in the shape of a KEM', () => {
  const both = (list: readonly NamedGroup[]): PairOptions => ({
    client: { groups: list },
    server: { groups: list },
  });

  test('is negotiated, with shares of different length (RFC 9846 §4.3.8)', () => {
    const { client, server } = connected(both([kemGroup]));
    expect([client.negotiated?.group, server.negotiated?.group]).toEqual(['x25519-kem', 'x25519-kem']);
  });

  test('is asked for by HelloRetryRequest where the client sent no share of it', () => {
    const { client } = connected({
      client: { groups: [groups.x25519, kemGroup] },
      server: { groups: [kemGroup] },
    });
    expect(client.negotiated).toMatchObject({ group: 'x25519-kem', retried: true });
  });

  test('can be the one share among `keyShares`, as it was given', () => {
    const list = [groups.x25519, kemGroup];
    const { client } = connected({
      client: { groups: list, keyShares: [kemGroup] },
      server: { groups: list },
    });
    expect(client.negotiated).toMatchObject({ group: 'x25519-kem', retried: false });
  });

  test('may answer later', async () => {
    const slow = {
      ...kem,
      begin: async () => slowly(kem.begin()),
      respond: async (share: Bytes) => slowly(kem.respond(share)),
      finish: async (key: KeyExchangeKey, share: Bytes) => slowly(kem.finish(key, share)),
    };
    const ends = pair(both([{ ...kemGroup, implementation: slow }]));
    for (let turn = 0; turn < 50 && !(ends.client.connected && ends.server.connected); turn++) {
      exchange(ends.client, ends.server);
      await slowly(undefined);
    }
    expect(ends.server.negotiated?.group).toBe('x25519-kem');
  });

  test.each(['respond', 'finish'] as const)(
    'ends the handshake with illegal_parameter when %s says no',
    (half) => {
      const broken = { ...kemGroup, implementation: { ...kem, [half]: () => undefined } };
      const { client, server } = pair(both([broken]));
      exchange(client, server);
      const codes = [client, server].map((end) => names(end.events()));
      expect(codes.flat()).toContain('failed: invalid-key-share');
      expect(codes.flat()).toContain('failed: peer-alert');
    },
  );

  test('works over sockets', async () => {
    const list = [kemGroup];
    const server = createServer({ identity: [ownIdentity(node)], groups: list }, (socket) =>
      socket.pipe(socket),
    );
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const socket = connect({ host: '127.0.0.1', port, serverName: host, trust: { roots }, groups: list });
    socket.end('ping');
    let heard = '';
    for await (const chunk of socket) heard += String(chunk);
    server.close();
    expect([heard, socket.getEphemeralKeyInfo()?.name]).toEqual(['ping', 'x25519-kem']);
  });
});

/** ECDSA with P-256 and SHA-512: good in certificates, and no scheme of TLS 1.3's own (RFC 9846 §4.3.3). */
const p256sha512: SignatureScheme = {
  name: 'ecdsa_secp256r1_sha512',
  code: 0xfe78,
  algorithm: 'own:ecdsa-p256-sha512',
  tls13: ['p256'],
  tls12: ['p256'],
  implementation: {
    verify: (key, content, signature) => node.verify('ecdsa-sha512', key, content, signature),
  },
};

describe.each(['tls13', 'tls12'] as const)('a signature scheme of one’s own in %s', (version: Version) => {
  const list = [p256sha512];

  test('signs for both sides, with keys that know it', () => {
    const { client, server } = connected({
      client: { versions: [version], schemes: list, identity: [ownIdentity(node, list)] },
      server: {
        schemes: list,
        identity: [ownIdentity(node, list)],
        clientAuthentication: { require: { roots } },
      },
    });
    const seen = [client, server].map((end) => end.negotiated?.peerScheme);
    expect(seen).toEqual(['ecdsa_secp256r1_sha512', 'ecdsa_secp256r1_sha512']);
  });

  test('is believed only where its verification says so', () => {
    const wrong = { ...p256sha512, implementation: { verify: () => false } };
    const { client, server } = pair({
      client: { versions: [version], schemes: [wrong] },
      server: { schemes: list, identity: [ownIdentity(node, list)] },
    });
    exchange(client, server);
    expect(names(client.events())).toEqual(['failed: bad-signature']);
  });

  test('is passed over for one of ours where the peer does not know it', () => {
    const mixed = [p256sha512, schemes.ecdsa_secp256r1_sha256];
    const { client } = connected({
      client: { versions: [version] },
      server: { schemes: mixed, identity: [ownIdentity(node, mixed)] },
    });
    expect(client.negotiated?.peerScheme).toBe('ecdsa_secp256r1_sha256');
  });
});

describe('entries with code', () => {
  const nothing = { suites: [], groups: [], schemes: [] };
  const client = { provider: node as CryptoProvider, serverName: host, trust: { roots } };

  test('become plain data, and the provider can do them', () => {
    const entries = { ...nothing, groups: [groups.x448, kemGroup], schemes: [p256sha512] };
    const { provider, ...plain } = resolveEntries(node, entries);
    expect(structuredClone(plain)).toEqual(plain);
    expect(plain.groups.map(({ name }) => name)).toEqual(['x448', 'x25519-kem']);
    expect(provider.groups['x25519-kem']).toBe(kem);
    expect(provider.supports.verify).toContain('own:ecdsa-p256-sha512');
    expect(node.supports.groups).not.toContain('x25519-kem');
  });

  test('leave the provider as it is where none has any', () => {
    const entries = { ...nothing, groups: [groups.x25519] };
    expect(resolveEntries(node, entries)).toEqual({ provider: node, ...entries });
    expect(resolveEntries(node, entries).provider).toBe(node);
    expect(resolveEntries(node, entries).groups[0]).toBe(groups.x25519);
  });

  test('are left out where nobody has the code', () => {
    const { implementation: _group, ...group } = kemGroup;
    const { implementation: _scheme, ...scheme } = p256sha512;
    expect(resolveEntries(node, { ...nothing, groups: [group], schemes: [scheme] })).toMatchObject(nothing);
  });

  test.each([
    ['a group', { groups: [groups.x25519, { ...kemGroup, name: 'x25519' }] }],
    ['two groups', { groups: [kemGroup, { ...kemGroup, code: 0xfe79, implementation: { ...kem } }] }],
    ['a scheme', { schemes: [{ ...p256sha512, algorithm: 'ed25519' as const }] }],
  ])('are refused under the name of something else: %s', (_what, options) => {
    expect(() => defineClient({ ...client, ...options })).toThrow(
      expect.objectContaining({ code: 'entry-name-taken' }),
    );
  });
});

function connected(options: PairOptions): ReturnType<typeof pair> {
  const ends = pair(options);
  exchange(ends.client, ends.server);
  ends.client.write(utf8('ping'));
  ends.server.write(utf8('pong'));
  exchange(ends.client, ends.server);
  expect([text(ends.client.events()), text(ends.server.events())]).toEqual(['pong', 'ping']);
  return ends;
}

/** A P-256 identity whose key also signs with the scheme above. */
function ownIdentity(
  provider: CryptoProvider,
  list: readonly SignatureScheme[] = [schemes.ecdsa_secp256r1_sha256],
): Identity {
  const { chain, privateKeyPem } = leaf('p256');
  const given = provider.importSigningKey(privateKeyPem);
  const { type, bits, spki } = given;
  const key: SigningKey = {
    type,
    bits,
    spki,
    sign: (algorithm, content) =>
      given.sign(algorithm === 'own:ecdsa-p256-sha512' ? 'ecdsa-sha512' : algorithm, content),
  };
  return identity(provider, { chain, key, schemes: list });
}
