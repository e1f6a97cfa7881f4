import { node } from '@tlsmith/crypto/node';
import {
  type ServerSessionCache,
  serverSessionCache,
  serverSessionStore,
  ticketKeys,
} from '@tlsmith/session-cache';

/** Resumption by tickets: the server seals the session and keeps nothing (RFC 5077). */
export function ticketSessions(): ServerSessionCache {
  const aead = node.aeads['aes-256-gcm'];
  const keys = ticketKeys({ aead, random: node.random, lifetime, rotateEvery: lifetime });
  return serverSessionCache({ provider: node, tickets: { kind: 'sealed', keys }, lifetime });
}

/** Resumption by TLS 1.2 session IDs: the server keeps the session and names it (RFC 5246 §7.3). */
export function sessionIdSessions(): ServerSessionCache {
  const store = serverSessionStore({ capacity: 16 });
  return serverSessionCache({ provider: node, store, tickets: { kind: 'none' }, lifetime });
}

/** Seconds. */
const lifetime = 7200;
