import { node } from '@tlsmith/crypto/node';
import { noble } from '@tlsmith/crypto/noble';
import { type ClientSession, groups, schemes as schemesOf, suites, utf8 } from '@tlsmith/types';
import { constrainedAnchor } from '@tlsmith/x509';
import { describe, expect, test } from 'vitest';
import { exchange, host, identityOf, names, pair, roots, sessions, text } from './pair.test-support.ts';
import type { ConnectionEvent } from './events.ts';
import type { ClientOptions } from './options.ts';

const versions = ['tls13', 'tls12'] as const;

const sessionIn = (events: readonly ConnectionEvent[]): ClientSession => {
  const found = events.find((event) => event.event === 'session');
  if (found?.event !== 'session') throw new Error('no session');
  return found.session;
};

const identityWith = (keyType: Parameters<typeof identityOf>[0]) => {
  const own = identityOf(keyType);
  return keyType === 'ed448' ? { ...own, schemes: [schemesOf.ed448] } : own;
};

describe.each(versions)('%s', (version) => {
  test.each(['p256', 'p384', 'p521', 'rsa', 'rsa-pss', 'ed25519', 'ed448'] as const)(
    'shakes hands under a certificate with a key of type %s',
    (keyType) => {
      const schemes = keyType === 'ed448' ? { schemes: [schemesOf.ed448] } : {};
      const server = { identity: [identityWith(keyType)] as const, ...schemes };
      const { client, server: end } = pair({ client: { versions: [version], ...schemes }, server });
      exchange(client, end);
      expect(names(client.events())).toEqual(['connected']);
      expect(names(end.events())).toEqual(['connected']);
      expect(client.negotiated?.version).toBe(version);
      expect(client.negotiated?.peerChain).toEqual(identityWith(keyType).chain);
    },
  );

  test.each(Object.values(suites).filter((suite) => suite.version === version))(
    'carries data both ways under $name',
    (suite) => {
      const rsa = suite.version === 'tls12' && suite.authentication === 'rsa';
      const server = {
        identity: [identityOf(rsa ? 'rsa' : 'p256')] as const,
        versions: [version],
        suites: [suite],
      };
      const { client, server: end } = pair({ client: { versions: [version], suites: [suite] }, server });
      client.write(utf8('early bird'));
      exchange(client, end);
      end.write(utf8('worm'));
      exchange(client, end);
      expect(text(end.events())).toBe('early bird');
      expect(text(client.events())).toBe('worm');
      expect(client.negotiated?.suite).toBe(suite);
    },
  );

  test('agrees on the application protocol, and on none without a common one (RFC 7301 §3.2)', () => {
    const both = pair({ client: { versions: [version], alpn: ['h2', 'x'] }, server: { alpn: ['x', 'h2'] } });
    exchange(both.client, both.server);
    expect([both.client.negotiated?.alpn, both.server.negotiated?.alpn]).toEqual(['x', 'x']);
    const none = pair({ client: { versions: [version], alpn: ['h2'] }, server: { alpn: ['x'] } });
    exchange(none.client, none.server);
    expect(names(none.server.events())).toEqual(['failed: no-common-application-protocol']);
    expect(names(none.client.events())).toEqual(['failed: peer-alert']);
  });

  test('resumes by ticket without showing a certificate again', () => {
    const server = { sessions: sessions() };
    const first = pair({ client: { versions: [version] }, server });
    exchange(first.client, first.server);
    const session = sessionIn(first.client.events());
    const second = pair({ client: { versions: [version] }, server, session });
    exchange(second.client, second.server);
    expect(second.client.negotiated?.resumed).toBe(true);
    expect(second.server.negotiated?.resumed).toBe(true);
    expect(second.client.negotiated?.peerChain).toEqual(first.client.negotiated?.peerChain);
    // The session object is its owner's: one connection does not use it up for others.
    const third = pair({ client: { versions: [version] }, server, session });
    exchange(third.client, third.server);
    expect(third.client.negotiated?.resumed).toBe(true);
  });

  test('does a full handshake with a session that the server cannot open', () => {
    const first = pair({ client: { versions: [version] }, server: { sessions: sessions() } });
    exchange(first.client, first.server);
    const session = sessionIn(first.client.events());
    const second = pair({ client: { versions: [version] }, server: { sessions: sessions() }, session });
    exchange(second.client, second.server);
    expect(second.client.negotiated?.resumed).toBe(false);
  });

  test('exports the same keying material on both sides (RFC 9846 §7.5, RFC 5705)', () => {
    const { client, server } = pair({ client: { versions: [version] } });
    exchange(client, server);
    const ours = client.exportKeyingMaterial('EXPORTER-test', 40, utf8('context'));
    expect(ours).toEqual(server.exportKeyingMaterial('EXPORTER-test', 40, utf8('context')));
    expect(ours).not.toEqual(server.exportKeyingMaterial('EXPORTER-test', 40, utf8('other')));
  });

  test('authenticates the client, refuses a missing certificate, and takes a missing one where it is optional', () => {
    const identity = [identityOf('p256')];
    const wanted = { clientAuthentication: { require: { roots } } };
    const shown = pair({ client: { versions: [version], identity }, server: wanted });
    exchange(shown.client, shown.server);
    expect(shown.server.negotiated?.peerChain).toEqual(identity[0]?.chain);
    const missing = pair({ client: { versions: [version] }, server: wanted });
    exchange(missing.client, missing.server);
    const row = version === 'tls13' ? 'failed: certificate-required' : 'failed: certificate-required-tls12';
    expect(names(missing.server.events())).toEqual([row]);
    const optional = pair({
      client: { versions: [version] },
      server: { clientAuthentication: { request: { roots } } },
    });
    exchange(optional.client, optional.server);
    expect(names(optional.server.events())).toEqual(['connected']);
    expect(optional.server.negotiated?.peerChain).toEqual([]);
  });

  test('both providers speak to each other', () => {
    for (const [ours, theirs] of [
      [noble, node],
      [node, noble],
      [noble, noble],
    ] as const) {
      const server = { provider: theirs, identity: [identityOf('p256', theirs)] as const };
      const { client, server: end } = pair({ client: { provider: ours, versions: [version] }, server });
      client.write(utf8('hi'));
      exchange(client, end);
      expect(text(end.events())).toBe('hi');
    }
  });
});

test('TLS 1.2 resumes by session ID where the server gives no tickets (RFC 5246 §7.3)', () => {
  const server = { sessions: sessions('session-ids') };
  const first = pair({ client: { versions: ['tls12'] }, server });
  exchange(first.client, first.server);
  const session = sessionIn(first.client.events());
  expect(session.version === 'tls12' && session.sessionId.length).toBe(32);
  const second = pair({ client: { versions: ['tls12'] }, server, session });
  exchange(second.client, second.server);
  expect(second.server.negotiated?.resumed).toBe(true);
});

test('HelloRetryRequest finds the common group (RFC 9846 §4.2.4)', () => {
  const { client, server } = pair({ server: { groups: [groups.secp384r1] } });
  exchange(client, server);
  expect(client.negotiated).toMatchObject({ retried: true, group: 'secp384r1' });
  expect(server.negotiated).toMatchObject({ retried: true, group: 'secp384r1' });
});

test('HelloRetryRequest and resumption go together', () => {
  const server = { groups: [groups.secp384r1], sessions: sessions() };
  const first = pair({ server });
  exchange(first.client, first.server);
  const second = pair({ server, session: sessionIn(first.client.events()) });
  exchange(second.client, second.server);
  expect(second.client.negotiated).toMatchObject({ retried: true, resumed: true });
});

test('the client takes TLS 1.2 from a server that has nothing newer', () => {
  const { client, server } = pair({ server: { versions: ['tls12'] } });
  exchange(client, server);
  expect(client.negotiated?.version).toBe('tls12');
});

test('a wrong host name is refused with bad_certificate, and the server hears it', () => {
  const { client, server } = pair({ client: { serverName: 'other.example' } });
  exchange(client, server);
  expect(names(client.events())).toEqual(['failed: wrong-name']);
  expect(names(server.events())).toEqual(['failed: peer-alert']);
});

test('a session made under one trust is not resumed under another, nor for another name', () => {
  const server = { sessions: sessions() };
  const lax = { trust: { dangerouslyAcceptAnyCertificate: 'I know what I am doing' } } as const;
  const first = pair({ client: lax, server });
  exchange(first.client, first.server);
  const session = sessionIn(first.client.events());
  const changes: readonly Partial<ClientOptions>[] = [{}, { ...lax, serverName: '127.0.0.1' }, lax];
  const resumed = changes.map((client) => {
    const again = pair({ client, server, session });
    exchange(again.client, again.server);
    return again.client.negotiated?.resumed;
  });
  expect(resumed).toEqual([false, false, true]);
});

test('a session made under an anchor is not resumed when that anchor is trusted less', () => {
  const server = { sessions: sessions() };
  const first = pair({ server });
  exchange(first.client, first.server);
  const session = sessionIn(first.client.events());
  const less = roots.map((anchor) => constrainedAnchor(anchor, { distrustAfter: 0 }));
  const again = pair({ client: { trust: { roots: less } }, server, session });
  exchange(again.client, again.server);
  expect(names(again.client.events())).toEqual(['failed: distrusted-authority']);
  const same = pair({ client: { trust: { roots: [...roots] } }, server, session });
  exchange(same.client, same.server);
  expect(same.client.negotiated?.resumed).toBe(true);
});

test('without server_name a session still belongs to the name that was proved', () => {
  const silent = { serverNameIndication: 'omit' } as const;
  const server = { sessions: sessions() };
  const first = pair({ client: silent, server });
  exchange(first.client, first.server);
  const session = sessionIn(first.client.events());
  const other = pair({ client: { ...silent, serverName: 'other.example' }, server, session });
  exchange(other.client, other.server);
  expect(names(other.client.events())).toEqual(['failed: wrong-name']);
});

test('a server’s sessions do not outlive its decision about clients', () => {
  const cache = sessions();
  const required = { sessions: cache, clientAuthentication: { require: { roots } } };
  const identity = [identityOf('p256')];
  const first = pair({ client: { identity }, server: required });
  exchange(first.client, first.server);
  const session = sessionIn(first.client.events());
  const others = { roots: roots.slice(1) };
  const second = pair({
    client: { identity },
    server: { ...required, clientAuthentication: { require: others } },
    session,
  });
  exchange(second.client, second.server);
  expect(names(second.server.events())).toEqual(['failed: unknown-issuer']);
});

test('a server may refuse names that none of its certificates is for (RFC 6066 §3)', () => {
  const { client, server } = pair({
    client: { serverName: 'other.example' },
    server: { unknownServerName: 'refuse' },
  });
  exchange(client, server);
  expect(names(server.events())).toEqual(['failed: unrecognized-name']);
});

test('a session of one name is not offered under another', () => {
  const server = { sessions: sessions() };
  const first = pair({ server });
  exchange(first.client, first.server);
  const session = { ...sessionIn(first.client.events()), serverName: `www.${host}` };
  const second = pair({ server, session });
  exchange(second.client, second.server);
  expect(second.client.negotiated?.resumed).toBe(false);
});

test('of a chain met before only CertificateVerify is verified again, whoever the next client is', () => {
  let verified = 0;
  const provider: typeof node = {
    ...node,
    verify: (...facts) => {
      verified++;
      return node.verify(...facts);
    },
  };
  const meet = (more: Partial<ClientOptions> = {}): readonly string[] => {
    const { client, server } = pair({ client: { provider, ...more } });
    exchange(client, server);
    return names(client.events());
  };
  const chained = identityOf('p256').chain.length;
  expect(meet()).toEqual(['connected']);
  expect(verified).toBe(chained + 1);
  expect(meet()).toEqual(['connected']);
  expect(verified).toBe(chained + 2);
  // Another provider may be of another opinion.
  expect(meet({ provider: { ...provider } })).toEqual(['connected']);
  expect(verified).toBe(2 * chained + 3);
  expect(meet({ serverName: 'other.example' })).toEqual(['failed: wrong-name']);
});
