import { groups, type Role, suites, utf8 } from '@tlsmith/types';
import { of, resuming } from './bad-input.ts';
import { identityOf, type PairOptions, roots, sessions, stapledAt, stapledIdentity } from './ends.ts';
import type { Item } from './items.ts';
import { HostileWire } from './wire.ts';

/** A connection that ends well if nobody meddles with it. */
export interface Scene {
  readonly name: string;
  readonly options: PairOptions;
  /** What passes, in order. */
  readonly sent: readonly { readonly from: Role; readonly one: Item }[];
}

const mutual: PairOptions = {
  client: { identity: [identityOf('p256')] },
  server: { clientAuthentication: { require: { roots } }, sessions: sessions() },
};
/** A client that asks for the status of the server's certificate, and will not do without. */
const stapled = ({ client, server }: PairOptions = {}): PairOptions => ({
  client: { ...client, now: () => stapledAt, trust: { roots, revocation: { mode: 'hard', scope: 'leaf' } } },
  server: { identity: [stapledIdentity('p256')], ...server },
});
const rsaKeyExchange: PairOptions = {
  client: { suites: [suites.TLS_RSA_WITH_AES_128_GCM_SHA256], extendedMasterSecret: 'require' },
  server: {
    versions: ['tls12'],
    suites: [suites.TLS_RSA_WITH_AES_128_GCM_SHA256],
    identity: [identityOf('rsa')],
  },
};

/** Between them they lead through every state of both machines. */
export function scenes(): readonly Scene[] {
  const all: Readonly<Record<string, PairOptions>> = {
    'TLS 1.3 with both certificates': mutual,
    'TLS 1.3 after a retry': { server: { groups: [groups.secp256r1], sessions: sessions() } },
    'TLS 1.3 resumed': resuming('tls13'),
    'TLS 1.2 with both certificates': of('tls12', mutual),
    'TLS 1.2 with RSA key exchange': of('tls12', rsaKeyExchange),
    'TLS 1.3 with a status': stapled(),
    'TLS 1.2 with a status': of('tls12', stapled()),
    'TLS 1.2 with RSA key exchange and a status': of(
      'tls12',
      stapled({
        ...rsaKeyExchange,
        server: { ...rsaKeyExchange.server, identity: [stapledIdentity('rsa')] },
      }),
    ),
    'TLS 1.2 resumed': resuming('tls12'),
  };
  return Object.entries(all).map(([name, options]) => ({ name, options, sent: sentIn(name, options) }));
}

function sentIn(name: string, options: PairOptions): Scene['sent'] {
  const sent: { readonly from: Role; readonly one: Item }[] = [];
  const wire = new HostileWire(options);
  wire.instead = (from, one) => {
    sent.push({ from, one });
    return [one];
  };
  perform(wire);
  if (!wire.client.connected || !wire.server.connected) throw new Error(`${name}: a scene has to end well`);
  return sent;
}

/** A handshake, and some data each way. */
export function perform(wire: HostileWire): void {
  wire.carry();
  for (const from of ['client', 'server'] as const) wire.end(from).write(utf8('some data'));
  wire.carry();
}
