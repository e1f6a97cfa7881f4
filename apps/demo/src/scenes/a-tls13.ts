import type { Scene, Stage } from '../stage.ts';
import { ticketSessions } from '../server-sessions.ts';

/** TLS 1.3, full and resumed. */
export const tls13: Scene = {
  letter: 'a',
  title: 'TLS 1.3: a full handshake, then a resumed one',
  intro:
    'One round trip. Both ends send a key share in their first message, so all that follows the ServerHello is ' +
    'already encrypted, the certificate too. With a ticket the second visit needs no certificate at all.',
  play,
};

async function play(stage: Stage): Promise<void> {
  const { pki } = stage;
  const plan = {
    client: { trust: { roots: pki.roots }, alpn: ['http/1.1'] },
    server: { identity: [pki.server], alpn: ['http/1.1'], sessions: ticketSessions() },
  } as const;
  const full = await stage.play('Full handshake: X25519, ECDSA P-256', plan);
  const first = full.client?.negotiated;
  stage.check(
    'a full TLS 1.3 handshake over X25519, signed with ECDSA P-256',
    first?.version === 'tls13' &&
      !first.resumed &&
      first.group === 'x25519' &&
      first.peerScheme === 'ecdsa_secp256r1_sha256',
  );
  stage.check('the page came through the tunnel', full.client?.received === full.plaintext.server);
  const session = full.client?.sessions.at(-1);
  const resumed = await stage.play('Resumption: the ticket stands for the certificate', { ...plan, session });
  const second = resumed.client?.negotiated;
  stage.check(
    'resumed by ticket, with a fresh X25519 exchange beside it',
    second?.version === 'tls13' && second.resumed && second.group === 'x25519',
  );
  stage.check('the page came through the tunnel', resumed.client?.received === resumed.plaintext.server);
}
