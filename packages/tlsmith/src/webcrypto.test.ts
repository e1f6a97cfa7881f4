import { noble } from '@tlsmith/crypto/noble';
import { node } from '@tlsmith/crypto/node';
import { webcrypto } from '@tlsmith/crypto/webcrypto';
import {
  type CipherSuite,
  type ClientSession,
  groups,
  isTlsViolation,
  type NamedGroup,
  type SigningKey,
  schemes as schemesOf,
  suites,
  utf8,
  violations,
} from '@tlsmith/types';
import { describe, expect, test } from 'vitest';
import { begun, carried, type Ends, errorIn, failures } from './carried.test-support.ts';
import { type Identity, identity } from './identity.ts';
import { host, leaf, names, type PairOptions, roots, sessions, text } from './pair.test-support.ts';

const versions = ['tls13', 'tls12'] as const;

/** Who speaks to whom: every pairing with the provider over Web Crypto on one side or both. */
const pairings = [
  { ours: webcrypto, theirs: node },
  { ours: node, theirs: webcrypto },
  { ours: webcrypto, theirs: noble },
  { ours: noble, theirs: webcrypto },
  { ours: webcrypto, theirs: webcrypto },
].map((one) => ({ ...one, name: `${one.ours.name} to ${one.theirs.name}` }));

/** A connection made under the options, with no alert on either side. */
async function connected(options: PairOptions, size?: number): Promise<Ends> {
  const ends = begun(options);
  const settled = () =>
    [ends.client, ends.server].every((end) => end.connected) ||
    errorIn([...ends.seen.client, ...ends.seen.server]) !== undefined;
  await carried(ends, settled, size);
  expect(
    [names(ends.seen.client), names(ends.seen.server)].flat().filter((name) => name !== 'session'),
  ).toEqual(['connected', 'connected']);
  return ends;
}

/** Words both ways, and nothing else. */
async function expectWords(ends: Ends, words = 'ping'): Promise<void> {
  const { client, server, seen } = ends;
  const before = { client: text(seen.client), server: text(seen.server) };
  client.write(utf8(words));
  await carried(ends, () => text(seen.server).length >= before.server.length + words.length);
  server.write(utf8(words.toUpperCase()));
  await carried(ends, () => text(seen.client).length >= before.client.length + words.length);
  expect(text(seen.server)).toBe(before.server + words);
  expect(text(seen.client)).toBe(before.client + words.toUpperCase());
}

const refused = (options: PairOptions) => failures(begun(options));

async function sessionOf(ends: Ends): Promise<ClientSession> {
  const found = () => ends.seen.client.flatMap((event) => (event.event === 'session' ? [event.session] : []));
  await carried(ends, () => found().length > 0);
  return found()[0] as ClientSession;
}

type KeyType = Parameters<typeof leaf>[0];

function owned(keyType: KeyType, provider = webcrypto as Parameters<typeof identity>[0]): Identity {
  const { chain, privateKeyPem } = leaf(keyType);
  const schemes = keyType === 'ed448' ? { schemes: [schemesOf.ed448] } : {};
  return identity(provider, { chain, key: privateKeyPem, ...schemes });
}

describe.each(versions)('%s', (version) => {
  describe.each(pairings)('$name', ({ ours, theirs }) => {
    const client = { provider: ours, versions: [version] };
    const server = { provider: theirs, identity: [owned('p256', theirs)] as const };

    test.each(['x25519', 'secp256r1', 'secp384r1', 'secp521r1', 'x448'] as const)(
      'agrees on keys over %s and carries data both ways',
      async (group) => {
        const only = { groups: [groups[group]] };
        const ends = await connected({ client: { ...client, ...only }, server: { ...server, ...only } });
        expect(ends.client.negotiated).toMatchObject({ version, group });
        await expectWords(ends);
      },
    );

    test('resumes by ticket, and exports the same keying material on both sides', async () => {
      const cache = { ...server, sessions: sessions() };
      const first = await connected({ client, server: cache });
      const again = { client, server: cache, session: await sessionOf(first) };
      const ends = await connected(again);
      expect([ends.client.negotiated?.resumed, ends.server.negotiated?.resumed]).toEqual([true, true]);
      await expectWords(ends);
      for (const { client: one, server: other } of [first, ends]) {
        const exported = await one.exportKeyingMaterial('EXPORTER-test', 40, utf8('context'));
        expect(exported).toEqual(await other.exportKeyingMaterial('EXPORTER-test', 40, utf8('context')));
        expect(exported).not.toEqual(await other.exportKeyingMaterial('EXPORTER-test', 40, utf8('other')));
      }
    });

    test('authenticates the client', async () => {
      const shown = { ...client, identity: [owned('p256', ours)] };
      const wanted = { ...server, clientAuthentication: { require: { roots } } };
      const ends = await connected({ client: shown, server: wanted });
      expect(ends.server.negotiated?.peerChain).toEqual(shown.identity[0]?.chain);
      await expectWords(ends);
    });
  });

  const suitesOf = Object.values(suites).filter((suite) => suite.version === version);
  const usesRsa = (suite: CipherSuite) => suite.version === 'tls12' && suite.authentication === 'rsa';

  test.each(suitesOf)('carries data under $name', async (suite) => {
    // As server Web Crypto cannot decrypt a premaster secret; as client noble's arithmetic encrypts it.
    const decrypts = suite.version === 'tls12' && suite.keyExchange === 'rsa';
    const provider = decrypts ? node : webcrypto;
    const ends = await connected({
      client: { provider: webcrypto, versions: [version], suites: [suite] },
      server: {
        provider,
        versions: [version],
        suites: [suite],
        identity: [owned(usesRsa(suite) ? 'rsa' : 'p256', provider)],
      },
    });
    expect(ends.client.negotiated?.suite).toBe(suite);
    await expectWords(ends, 'a'.repeat(20_000));
  });

  const keyTypes = ['p256', 'p384', 'p521', 'rsa', 'rsa-pss', 'ed25519', 'ed448'] as const;

  test.each(keyTypes)('signs and verifies with keys of type %s, as server and as client', async (keyType) => {
    const only = keyType === 'ed448' ? { schemes: [schemesOf.ed448] } : {};
    const common = { provider: webcrypto, identity: [owned(keyType)] as const, ...only };
    const ends = await connected({
      client: { ...common, versions: [version] },
      server: { ...common, clientAuthentication: { require: { roots } } },
    });
    expect(ends.client.negotiated?.peerChain).toEqual(leaf(keyType).chain);
    expect(ends.server.negotiated?.peerChain).toEqual(leaf(keyType).chain);
    await expectWords(ends);
  });

  test.each([1, 7, 100])(
    'takes any cut of the stream, also while answers are pending (%i bytes)',
    async (size) => {
      const common = { provider: webcrypto };
      const ends = await connected(
        { client: { ...common, versions: [version] }, server: { ...common, identity: [owned('p256')] } },
        size,
      );
      await expectWords(ends);
    },
  );

  test('finds that another name stands in the certificate, and says so to the server', async () => {
    const { client, server } = await refused({
      client: { provider: webcrypto, versions: [version], serverName: 'other.example' },
      server: { provider: webcrypto, identity: [owned('p256')] },
    });
    expect(client).toMatchObject({ code: 'wrong-name', alert: 'bad_certificate' });
    expect(server).toMatchObject({ code: 'peer-alert', alert: 'bad_certificate' });
  });

  test.each(['p256', 'rsa', 'ed25519'] as const)(
    'refuses a bad signature under a key of type %s',
    async (keyType) => {
      const { client, server } = await refused({
        client: { provider: webcrypto, versions: [version] },
        server: { provider: webcrypto, identity: [{ ...owned(keyType), key: forger(owned(keyType).key) }] },
      });
      expect(isTlsViolation(client) && client.row).toBe(violations.badSignature);
      expect(server).toMatchObject({ alert: 'decrypt_error' });
    },
  );

  test.each(['x25519', 'secp256r1'] as const)('refuses an invalid share of %s, as server', async (group) => {
    const { client, server } = await refused({
      client: { provider: node, versions: [version], groups: [withoutPoint(groups[group])] },
      server: { provider: webcrypto, identity: [owned('p256')] },
    });
    expect(isTlsViolation(server) && server.row).toBe(violations.invalidKeyShare);
    expect(client).toMatchObject({ alert: 'illegal_parameter' });
  });

  test.each(['x25519', 'secp256r1'] as const)('refuses an invalid share of %s, as client', async (group) => {
    const { client, server } = await refused({
      client: { provider: webcrypto, versions: [version], groups: [groups[group]] },
      server: { provider: node, identity: [owned('p256', node)], groups: [withoutPoint(groups[group])] },
    });
    expect(isTlsViolation(client) && client.row).toBe(violations.invalidKeyShare);
    expect(server).toMatchObject({ alert: 'illegal_parameter' });
  });
});

test('TLS 1.2 resumes by session ID (RFC 5246 §7.3)', async () => {
  const client = { provider: webcrypto, versions: ['tls12'] as const };
  const server = {
    provider: webcrypto,
    identity: [owned('p256')] as const,
    sessions: sessions('session-ids'),
  };
  const session = await sessionOf(await connected({ client, server }));
  const ends = await connected({ client, server, session });
  expect(ends.server.negotiated?.resumed).toBe(true);
  await expectWords(ends);
});

test('HelloRetryRequest finds the common group, also when a session is resumed (RFC 9846 §4.2.4)', async () => {
  const client = { provider: webcrypto };
  const server = {
    provider: webcrypto,
    identity: [owned('p256')] as const,
    groups: [groups.secp384r1],
    sessions: sessions(),
  };
  const first = await connected({ client, server });
  expect(first.client.negotiated).toMatchObject({ retried: true, resumed: false, group: 'secp384r1' });
  const ends = await connected({ client, server, session: await sessionOf(first) });
  expect(ends.client.negotiated).toMatchObject({ retried: true, resumed: true, group: 'secp384r1' });
  await expectWords(ends);
});

test('KeyUpdate changes keys in both directions while data flows (RFC 9846 §4.7.3)', async () => {
  const server = { provider: webcrypto, identity: [owned('p256')] as const };
  const ends = await connected({ client: { provider: webcrypto }, server });
  for (let round = 0; round < 10; round++) {
    ends.client.updateKeys('request');
    await expectWords(ends);
    ends.server.updateKeys();
    await expectWords(ends);
  }
  expect(text(ends.seen.server)).toBe('ping'.repeat(20));
});

test('what is written while new keys are derived keeps its order', async () => {
  const server = { provider: webcrypto, identity: [owned('p256')] as const };
  const ends = await connected({ client: { provider: webcrypto }, server });
  for (let round = 0; round < 5; round++) {
    ends.client.write(utf8(`${round}a`));
    ends.client.updateKeys();
    ends.client.write(utf8(`${round}b`));
    ends.client.write(utf8(`${round}c`));
  }
  ends.client.close();
  await carried(ends, () => names(ends.seen.client).includes('closed'));
  expect(text(ends.seen.server)).toBe([0, 1, 2, 3, 4].map((round) => `${round}a${round}b${round}c`).join(''));
  expect(names(ends.seen.server).slice(-2)).toEqual(['end', 'closed']);
});

test('a server that waits for many clients at once serves each', async () => {
  const server = { provider: webcrypto, identity: [owned('rsa')] as const, sessions: sessions() };
  const client = { provider: webcrypto, serverName: host };
  await Promise.all(Array.from({ length: 20 }, async () => expectWords(await connected({ client, server }))));
});

/** Signs something else than it was asked to. */
function forger(key: SigningKey): SigningKey {
  const { type, bits, spki } = key;
  return { type, bits, spki, sign: (algorithm, content) => key.sign(algorithm, content.subarray(1)) };
}

/** A group whose shares are no point of the curve, or the one of X25519 whose secrets are zero. */
function withoutPoint(group: NamedGroup): NamedGroup {
  const { begin, respond, finish } = node.groups[group.name as 'x25519'];
  const share = new Uint8Array(group.shareLength.client);
  if (share.length > 32) share[0] = 4;
  const implementation = {
    name: group.name,
    begin: () => ({ ...begin(), share }),
    respond: (peerShare: Uint8Array) => {
      const answer = respond(peerShare);
      return answer === undefined ? undefined : { ...answer, share };
    },
    finish,
  };
  return { ...group, name: `${group.name} without point`, implementation };
}
