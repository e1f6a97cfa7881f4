import {
  type ClientHello,
  decodeMessage,
  preSharedKey,
  pskKeyExchangeModes,
  readExtension,
} from '@tlsmith/codec';
import { node } from '@tlsmith/crypto/node';
import {
  issue,
  keysAgree,
  type MachinePair,
  makeAuthority,
  type Scene,
  SessionTable,
  talk,
  withExtension,
} from '@tlsmith/testkit/node';
import { type ClientSession, type ServerSession, suites } from '@tlsmith/types';
import { describe, expect, test } from 'vitest';
import type { ServerPolicy } from './policy.ts';
import { handshakeLimits } from './policy.ts';

const root = makeAuthority({ name: 'Root' });
const leaf = issue(root, { subject: 'server', dns: ['server.example'] });
const clientLeaf = issue(root, { subject: 'client' });
const start = 1_800_000_000_000;
const minute = 60_000;

interface Known {
  readonly scene: Scene;
  readonly sessions: SessionTable;
  readonly session: ClientSession;
}

/** A full handshake, and what it takes to resume it. */
function known(change: Partial<Scene> = {}): Known {
  const sessions = new SessionTable();
  const scene: Scene = { provider: node, leaf, sessions, ...change };
  const { client } = talk(scene);
  return { scene, sessions, session: client.sessions[0] as ClientSession };
}

const again = ({ scene, session }: Known, change: Partial<Scene> = {}): MachinePair =>
  talk({ ...scene, session, ...change });

const resumed = ({ client, server }: MachinePair): readonly unknown[] =>
  [client, server].map(({ state, error }) => {
    if (error !== undefined) throw error;
    return (state as { negotiated?: { resumed: boolean } }).negotiated?.resumed;
  });

const offered = ({ client }: MachinePair): boolean => {
  const hello = decodeMessage(client.sent[0]?.raw as Uint8Array, { version: undefined }).body as ClientHello;
  return readExtension(hello.extensions, preSharedKey, 'client_hello') !== undefined;
};

describe('a TLS 1.3 session', () => {
  test('is resumed without certificates, under fresh keys (RFC 9846 §2.2)', () => {
    const first = known();
    const pair = again(first);
    expect(resumed(pair)).toEqual([true, true]);
    expect(keysAgree(pair)).toBe(true);
    const full = ['server_hello', 'encrypted_extensions', 'finished', 'new_session_ticket'];
    expect(pair.server.sent.map(({ type }) => type)).toEqual(full);
    expect(pair.client.sent.map(({ type }) => type)).toEqual(['client_hello', 'finished']);
    expect(pair.client.state).toMatchObject({
      negotiated: { peerChain: leaf.chain, peer: undefined, group: 'x25519' },
    });
  });

  test('leads to another that leads to another (RFC 9846 §4.7.1)', () => {
    const first = known();
    const second = again(first);
    const third = talk({ ...first.scene, session: second.client.sessions[0] });
    expect(resumed(third)).toEqual([true, true]);
    expect(third.client.sessions[0]?.peerChain).toEqual(leaf.chain);
  });

  test('carries the client that it authenticated over, without asking again (RFC 9846 §4.4.2)', () => {
    const first = known({ clientLeaf, server: { clientAuthentication: 'require' } });
    const pair = again(first, { clientLeaf: undefined });
    expect(resumed(pair)).toEqual([true, true]);
    expect(pair.server.state).toMatchObject({ negotiated: { peerChain: clientLeaf.chain } });
    expect(pair.server.sent.map(({ type }) => type)).not.toContain('certificate_request');
  });

  test('may go on with another suite of its hash (RFC 9846 §4.7.1)', () => {
    const pair = again(known(), {
      server: {
        suites: [suites.TLS_CHACHA20_POLY1305_SHA256, suites.TLS_AES_128_GCM_SHA256],
        versions: ['tls13'],
      },
    });
    expect(resumed(pair)).toEqual([true, true]);
    expect(pair.client.state).toMatchObject({ negotiated: { suite: suites.TLS_CHACHA20_POLY1305_SHA256 } });
  });

  test("tells the ticket's age in milliseconds plus its secret offset (RFC 9846 §4.3.11.1)", () => {
    const first = known();
    const { client } = again(first, { now: () => start + 12_345 });
    const hello = decodeMessage(client.sent[0]?.raw as Uint8Array, { version: undefined })
      .body as ClientHello;
    const [identity] = readExtension(hello.extensions, preSharedKey, 'client_hello')?.identities ?? [];
    const { ticketAgeAdd } = first.session as { readonly ticketAgeAdd: number };
    expect(identity?.obfuscatedTicketAge).toBe((12_345 + ticketAgeAdd) % 2 ** 32);
  });

  test.each<readonly [string, Partial<ServerSession>, Partial<ServerPolicy>]>([
    ['that has expired', { createdAt: start - 3600 * 1000 }, {}],
    ['from the future', { createdAt: start + 1000 }, {}],
    ['whose ticket is ten minutes older than the client says', { createdAt: start - 10 * minute - 1 }, {}],
    ['whose ticket is younger than the client says', { ticketAgeAdd: 7 }, {}],
    ['for another server name', { serverName: 'other.example' }, {}],
    ['of another context', {}, { context: Uint8Array.of(1) }],
    ['of TLS 1.2', { version: 'tls12' }, {}],
    [
      'whose hash the server no longer has',
      { cipherSuite: suites.TLS_AES_256_GCM_SHA384.code },
      { suites: [suites.TLS_AES_128_GCM_SHA256], versions: ['tls13'] },
    ],
    ['of a client without certificate where one is required', {}, { clientAuthentication: 'require' }],
    ['of a client with a certificate where none is wanted', { peerChain: clientLeaf.chain }, {}],
    ['that the server does not look for', {}, { tickets: 0 }],
    ['beyond the limit of identities', {}, { limits: { ...handshakeLimits, identities: 0 } }],
  ])('%s is passed over for a full handshake (RFC 9846 §4.3.11)', (_what, change, server) => {
    const first = known({ clientLeaf });
    first.sessions.change(change);
    const pair = again(first, { server });
    expect(offered(pair)).toBe(true);
    expect(resumed(pair)).toEqual([false, false]);
    expect(keysAgree(pair)).toBe(true);
  });

  test('is still resumed when its ticket seems a little off in age (RFC 9846 §8.3)', () => {
    const first = known();
    first.sessions.change({ createdAt: start - 10 * minute });
    expect(resumed(again(first))).toEqual([true, true]);
  });

  test('that the server has forgotten leads to a full handshake (RFC 9846 §4.3.11)', () => {
    const pair = again(known(), { sessions: new SessionTable() });
    expect(offered(pair)).toBe(true);
    expect(resumed(pair)).toEqual([false, false]);
  });

  test('is not taken for a key exchange mode that we do not offer (RFC 9846 §4.3.9)', () => {
    const arrange: ServerPolicy['arrange'] = (_message, extensions) =>
      withExtension(extensions, pskKeyExchangeModes.type, Uint8Array.of(1, 0));
    const pair = again(known(), { client: { arrange } });
    expect(pair.server.asks.map(({ ask }) => ask)).not.toContain('find-session');
    expect(pair.server.sent.map(({ type }) => type)).toContain('certificate');
  });

  test.each<readonly [string, Partial<Scene>]>([
    ['that has expired', { now: () => start + 3600 * 1000 }],
    ['to a server of another name', { client: { serverName: 'other.example' } }],
    ['where resumption is off', { client: { resumption: false } }],
    [
      'whose suite is no longer wanted',
      { client: { suites: [suites.TLS_AES_256_GCM_SHA384], versions: ['tls13'] } },
    ],
    ['to a server that is to speak TLS 1.2', { client: { versions: ['tls12'] } }],
  ])('%s is not offered (RFC 9846 §4.7.1)', (_what, change) => {
    const pair = again(known(), change);
    expect(offered(pair)).toBe(false);
    expect(resumed(pair)).toEqual([false, false]);
  });

  test('offered to a server that has gone back to TLS 1.2 is passed over (RFC 9846 §E.1)', () => {
    const pair = again(known({ client: { versions: ['tls13', 'tls12'] } }), {
      server: { versions: ['tls12'] },
    });
    expect(offered(pair)).toBe(true);
    expect(pair.client.state).toMatchObject({ at: 'client12/connected', negotiated: { resumed: false } });
  });

  test('stays its owner’s: offering it wipes nothing of it', () => {
    const first = known();
    again(first);
    expect(resumed(again(first))).toEqual([true, true]);
  });
});
