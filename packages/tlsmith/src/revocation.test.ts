import { node } from '@tlsmith/crypto/node';
import { tlsFeature } from '@tlsmith/testkit';
import { issue, makeOcspResponse, type OcspInput } from '@tlsmith/testkit/node';
import { isCertificateRejected, suites } from '@tlsmith/types';
import { publicSuffixes, type VerifiedChain } from '@tlsmith/x509';
import { describe, expect, test } from 'vitest';
import { identity } from './identity.ts';
import { defineClient, defineServer } from './options.ts';
import {
  authority,
  exchange,
  host,
  names,
  type PairOptions,
  pair,
  roots,
  sessions,
} from './pair.test-support.ts';
import type { Evidence, RevocationChoice } from './trust.ts';

const plain = issue(authority, { subject: host, dns: [host] });
const bound = issue(authority, { subject: host, dns: [host], extensions: [tlsFeature([5])] });
const rsa = issue(authority, { subject: host, dns: [host], keyType: 'rsa' });
const now = () => Date.UTC(2026, 6, 1);

type Single = OcspInput['responses'][number];
const saying = (about: Uint8Array, single: Omit<Single, 'about'> = {}): Uint8Array =>
  makeOcspResponse(authority, { responses: [{ about, ...single }] });
const revoked = { status: { revokedAt: Date.UTC(2026, 2, 1), reason: 1 } };

interface Meeting {
  readonly leaf?: typeof plain;
  readonly staple?: Uint8Array;
  readonly revocation?: RevocationChoice;
  readonly more?: PairOptions;
}

function meet({ leaf = plain, staple, revocation, more = {} }: Meeting) {
  const own = identity(node, {
    chain: leaf.chain,
    key: leaf.privateKeyPem,
    ...(staple === undefined ? {} : { ocsp: staple }),
  });
  const trust = revocation === undefined ? { roots } : { roots, revocation };
  const { client, server } = pair({
    client: { trust, now, ...more.client },
    server: { identity: [own], now, ...more.server },
    ...(more.session === undefined ? {} : { session: more.session }),
  });
  exchange(client, server);
  const events = client.events();
  const evidence = client.negotiated?.peer?.evidence as Evidence | undefined;
  const statuses = evidence?.kind === 'chain' ? (evidence.verified as VerifiedChain).statuses : [];
  const failed = events.find((event) => event.event === 'failed');
  const alert = failed?.event === 'failed' && isCertificateRejected(failed.error) ? failed.error.alert : '';
  return {
    outcome: names(events).find((name) => name !== 'session'),
    sources: statuses.map((status) => `${status.status}${'source' in status ? ` ${status.source}` : ''}`),
    alert,
    events,
    client,
    server,
  };
}

const soft = { mode: 'soft' } as const;
const hard = { mode: 'hard', scope: 'leaf' } as const;

describe.each(['tls13', 'tls12'] as const)('%s', (version) => {
  const more = { client: { versions: [version] } };

  test('a stapled response is asked for, and tells the status of the leaf (RFC 6066 §8, RFC 9846 §4.5.1.1)', () => {
    const { outcome, sources } = meet({ more, staple: saying(plain.certificate), revocation: hard });
    expect([outcome, sources]).toEqual(['connected', ['good stapled']]);
  });

  test('nothing is asked for where nobody wants to know, so that nothing comes', () => {
    const { outcome, sources } = meet({ more, staple: saying(plain.certificate, revoked) });
    expect([outcome, sources]).toEqual(['connected', []]);
  });

  test.each<[string, Meeting, string, string]>([
    [
      'revoked',
      { staple: saying(plain.certificate, revoked), revocation: soft },
      'revoked',
      'certificate_revoked',
    ],
    [
      'stale, where a status is wanted',
      { staple: saying(plain.certificate, { nextUpdate: Date.UTC(2026, 1, 1) }), revocation: hard },
      'revocation-stale',
      'certificate_unknown',
    ],
    [
      'no response at all',
      { staple: Uint8Array.of(1, 2, 3), revocation: hard },
      'bad-status-response',
      'bad_certificate_status_response',
    ],
    ['absent, where a status is wanted', { revocation: hard }, 'revocation-unknown', 'certificate_unknown'],
    [
      'absent, where the certificate promises one',
      { leaf: bound, revocation: soft },
      'status-response-missing',
      'bad_certificate_status_response',
    ],
  ])('a response that is %s ends the handshake', (_, meeting, code, alert) => {
    const found = meet({ ...meeting, more });
    expect([found.outcome, found.alert]).toEqual([`failed: ${code}`, alert]);
    expect(names(found.server.events())).toContain('failed: peer-alert');
  });

  test('an absent response harms nobody under soft failure', () => {
    const { outcome, sources } = meet({ more, revocation: soft });
    expect([outcome, sources]).toEqual(['connected', ['unknown']]);
  });

  test('a session is not resumed by a client that wants to know more than the one that began it', () => {
    const own = identity(node, { chain: plain.chain, key: plain.privateKeyPem });
    const config = { versions: [version], now };
    const store = sessions();
    const serving = { identity: [own] as const, sessions: store, now };
    const first = pair({ client: { ...config, trust: { roots } }, server: serving });
    exchange(first.client, first.server);
    const kept = first.client.events().find((event) => event.event === 'session');
    const session = kept?.event === 'session' ? kept.session : undefined;
    expect(session).toBeDefined();
    const resumed = (trust: object) => {
      const next = pair({
        client: { ...config, trust: { roots, ...trust } },
        server: serving,
        ...(session === undefined ? {} : { session }),
      });
      exchange(next.client, next.server);
      return next.client.negotiated?.resumed;
    };
    expect(resumed({ revocation: soft })).toBe(false);
    expect(resumed({ publicSuffix: () => false })).toBe(false);
    expect(resumed({})).toBe(true);
  });
});

test('TLS 1.2 staples under RSA key exchange too, where Certificate is followed by no ServerKeyExchange', () => {
  const only = { versions: ['tls12'], suites: [suites.TLS_RSA_WITH_AES_128_GCM_SHA256] } as const;
  const more = { client: only, server: only };
  const given = { leaf: rsa, more, revocation: hard };
  expect(meet({ ...given, staple: saying(rsa.certificate) }).sources).toEqual(['good stapled']);
  expect(meet(given).outcome).toBe('failed: revocation-unknown');
  expect(meet({ ...given, revocation: soft }).outcome).toBe('connected');
});

test('CRLs and responses of the caller count as well; a client certificate needs no staple', () => {
  const response = saying(plain.certificate, revoked);
  expect(meet({ revocation: { ...soft, ocsp: [response] } }).outcome).toBe('failed: revoked');
  const visitor = identity(node, { chain: bound.chain, key: bound.privateKeyPem });
  const require = { roots, revocation: { ...soft, ocsp: [saying(bound.certificate, revoked)] } };
  const welcome = {
    client: { identity: [visitor] },
    server: { clientAuthentication: { require: { roots, revocation: soft } } },
  };
  expect(names(meet({ more: welcome }).server.events())).toContain('connected');
  const more = { ...welcome, server: { clientAuthentication: { require } } };
  expect(names(meet({ more }).server.events())).toContain('failed: revoked');
});

test('a wildcard right below a public suffix is refused where the caller knows such suffixes', () => {
  const wide = issue(authority, { subject: 'w', dns: ['*.co.uk'] });
  const client = (publicSuffix?: (domain: string) => boolean) => ({
    client: {
      serverName: 'a.co.uk',
      trust: publicSuffix === undefined ? { roots } : { roots, publicSuffix },
    },
  });
  expect(meet({ leaf: wide, more: client() }).outcome).toBe('connected');
  expect(meet({ leaf: wide, more: client(publicSuffixes('uk\nco.uk')) }).outcome).toBe(
    'failed: public-suffix-wildcard',
  );
});

test('revocation without a decision between soft and hard failure is a misuse, told at once', () => {
  const trust = { roots, revocation: {} as RevocationChoice };
  const misuse = expect.objectContaining({ code: 'no-revocation-mode' }) as Error;
  expect(() => defineClient({ provider: node, serverName: host, trust })).toThrowError(misuse);
  const identities = [identity(node, { chain: plain.chain, key: plain.privateKeyPem })] as const;
  const clientAuthentication = { require: trust };
  expect(() => defineServer({ provider: node, identity: identities, clientAuthentication })).toThrowError(
    misuse,
  );
});
