import { identityOf } from '../pki.ts';
import { sessionIdSessions, ticketSessions } from '../server-sessions.ts';
import type { Scene, Stage, Told } from '../stage.ts';

/** TLS 1.2 with ECDHE, full and resumed in both ways. */
export const tls12: Scene = {
  letter: 'b',
  title: 'TLS 1.2: ECDHE with an RSA certificate, then resumption by ticket and by session ID',
  intro:
    'Two round trips, and the certificate travels in the clear. The server signs its half of the key exchange with ' +
    'its RSA key; the keys change with ChangeCipherSpec. A resumed handshake needs one round trip.',
  play,
};

async function play(stage: Stage): Promise<void> {
  const { pki } = stage;
  const client = { trust: { roots: pki.roots }, alpn: ['http/1.1'], versions: ['tls12'] } as const;
  const identity = [identityOf(pki.rsaServer)] as const;
  for (const way of ['ticket', 'session ID'] as const) {
    const sessions = way === 'ticket' ? ticketSessions() : sessionIdSessions();
    const plan = { client, server: { identity, alpn: ['http/1.1'], sessions } };
    const gives =
      way === 'ticket' ? 'the session goes out as a ticket' : 'a server that keeps sessions under an ID';
    const full = await stage.play(`Full handshake: ${gives}`, plan);
    stage.check('a full TLS 1.2 handshake: ECDHE, signed with RSA', isFull(full));
    const session = full.client?.sessions.at(-1);
    const resumed = await stage.play(`Resumption by ${way}`, { ...plan, session });
    const negotiated = resumed.client?.negotiated;
    stage.check(`resumed by ${way}`, negotiated?.version === 'tls12' && negotiated.resumed);
    stage.check('the page came through the tunnel', resumed.client?.received === resumed.plaintext.server);
  }
}

function isFull({ client }: Told): boolean {
  const negotiated = client?.negotiated;
  const { suite } = negotiated ?? {};
  return (
    negotiated?.resumed === false &&
    suite?.version === 'tls12' &&
    suite.keyExchange === 'ecdhe' &&
    suite.authentication === 'rsa'
  );
}
