import {
  type AuthenticatePeer,
  type PeerAuthenticated,
  type Remembered,
  serverMachine,
} from '@tlsmith/handshake';
import { type Awaitable, TlsMisuse } from '@tlsmith/types';
import { answers } from './answers.ts';
import { Connection } from './connection.ts';
import { effectHost } from './host.ts';
import { clientTrust, type OwnOptions, type ServerConfig } from './options.ts';
import { decisionTeller } from './session-decision.ts';
import { TlsEnd } from './tls-end.ts';
import { authenticate } from './trust.ts';

/**
 * A TLS server's side of one connection, without I/O.
 *
 * @example
 * ```ts
 * import { defineServer, identity, Server } from 'tlsmith';
 * import { node } from '@tlsmith/crypto/node';
 * const config = defineServer({ provider: node, identity: [identity(node, { chain: certificatePem, key: keyPem })] });
 * const server = new Server(config);
 * server.receive(bytesFromTheSocket);
 * ```
 */
export class Server extends TlsEnd {
  constructor(config: ServerConfig, own: OwnOptions = {}) {
    const { options, provider, policy, limits } = config;
    const { sessions } = options;
    const now = options.now ?? Date.now;
    const tracer = own.tracer ?? options.tracer;
    const { missed, decided } = decisionTeller(options.onResumption);
    const answer = answers({
      provider,
      identities: options.identity,
      unknownServerName: options.unknownServerName ?? 'first-identity',
      sessions,
      missed,
      now,
      authenticate: (ask) => authenticateClient(ask, config, now),
    });
    const remember = (remembered: Remembered): Awaitable<void> =>
      remembered.role === 'server' ? sessions?.remember(remembered.id, remembered.session, now()) : undefined;
    const host = effectHost(config, tracer, remember, decided);
    super(
      new Connection({
        role: 'server',
        machine: serverMachine as never,
        policy,
        start: { at: 'server/wait-client-hello' },
        answer,
        events: [],
        host,
        limits,
        tracer,
        halfClose: own.halfClose ?? options.halfClose ?? 'close-both',
        padding: options.padding,
      }),
      provider,
      clientTrust(options),
    );
  }
}

function authenticateClient(
  ask: AuthenticatePeer,
  { options, provider }: ServerConfig,
  now: () => number,
): Awaitable<PeerAuthenticated> {
  const trust = clientTrust(options);
  if (trust === undefined) throw new TlsMisuse('no-client-trust', 'nobody asked for a client certificate');
  return authenticate(ask, { provider, trust, reference: undefined, now });
}
