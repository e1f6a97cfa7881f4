import { type ClientSession12, type ClientSession13, type ServerSession, secret } from '@tlsmith/types';

/** A server's TLS 1.3 session made at `createdAt` 1,800,000,000,000 for an hour; `change` replaces fields. */
export function serverSession13(change: Partial<ServerSession> = {}): ServerSession {
  return {
    version: 'tls13',
    cipherSuite: 0x1302,
    secret: secret('psk', new Uint8Array(48).fill(0x13)),
    createdAt: sessionTime,
    lifetime: 3600,
    ticketAgeAdd: 0x01020304,
    extendedMasterSecret: true,
    serverName: 'server.example',
    alpn: 'h2',
    peerChain: [Uint8Array.of(1, 2, 3)],
    context: Uint8Array.of(7, 7),
    ...change,
  };
}

/** A server's TLS 1.2 session; otherwise as {@link serverSession13}. */
export function serverSession12(change: Partial<ServerSession> = {}): ServerSession {
  return serverSession13({
    version: 'tls12',
    cipherSuite: 0xc02f,
    secret: secret('master', new Uint8Array(48).fill(0x12)),
    ticketAgeAdd: 0,
    ...change,
  });
}

/** A client's TLS 1.3 session received at 1,800,000,000,000 for an hour; `change` replaces fields. */
export function clientSession13(change: Partial<ClientSession13> = {}): ClientSession13 {
  return {
    version: 'tls13',
    cipherSuite: 0x1302,
    psk: secret('psk', new Uint8Array(48).fill(0x13)),
    ticket: Uint8Array.of(0xca, 0xfe),
    ticketAgeAdd: 0x01020304,
    maxEarlyDataSize: 0,
    ...clientCommon,
    ...change,
  };
}

/** A client's TLS 1.2 session, by ID; otherwise as {@link clientSession13}. */
export function clientSession12(change: Partial<ClientSession12> = {}): ClientSession12 {
  return {
    version: 'tls12',
    cipherSuite: 0xc02f,
    master: secret('master', new Uint8Array(48).fill(0x12)),
    sessionId: new Uint8Array(32).fill(0x1d),
    ticket: undefined,
    extendedMasterSecret: true,
    ...clientCommon,
    ...change,
  };
}

/** The moment at which the sessions of this file begin, in milliseconds since the epoch. */
export const sessionTime = 1_800_000_000_000;

const clientCommon = {
  receivedAt: sessionTime,
  lifetime: 3600,
  serverName: 'server.example',
  alpn: 'h2',
  peerChain: [Uint8Array.of(1, 2, 3)],
  context: new Uint8Array(0),
};
