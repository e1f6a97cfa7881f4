import { hkdfSync } from 'node:crypto';
import type { Server } from 'node:tls';
import { node } from '@tlsmith/crypto/node';
import { type Bytes, utf8 } from '@tlsmith/types';
import { sealedBytesStore } from '../sealed-bytes.ts';
import { type SessionStore, storeKey } from '../store.ts';
import { sharedTicketKeys } from '../ticket.ts';

// The README shows this function, and a test holds it to it.
export function shareSessions(server: Server, store: SessionStore<Bytes>, secret: Bytes): void {
  const derive = (use: string, length: number) => new Uint8Array(hkdfSync('sha256', secret, '', use, length));
  const seal = [{ name: derive('seal name', 16), key: derive('seal key', 32) }];
  const keys = sharedTicketKeys({ aead: node.aeads['aes-256-gcm'], random: node.random, keys: seal });
  const sealed = sealedBytesStore(store, { provider: node, keys, context: utf8('shop') });
  server.on('newSession', (id: Buffer, session: Buffer, done: () => void) => {
    const times = { now: Date.now(), expiresAt: Date.now() + 300_000 };
    void Promise.resolve(sealed.put(storeKey('session-id', id), session, times)).then(() => done());
  });
  server.on('resumeSession', (id: Buffer, done: (error: null, session: Buffer | null) => void) => {
    const found = Promise.resolve(sealed.get(storeKey('session-id', id), Date.now()));
    void found.then((session) => done(null, session === undefined ? null : Buffer.from(session)));
  });
  server.setTicketKeys(Buffer.from(derive('ticket keys', 48)));
}
