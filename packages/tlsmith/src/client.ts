import { clientMachine } from '@tlsmith/handshake';
import type { ClientSession } from '@tlsmith/types';
import { answers } from './answers.ts';
import { Connection } from './connection.ts';
import type { ConnectionEvent } from './events.ts';
import { effectHost } from './host.ts';
import type { ClientConfig, OwnOptions } from './options.ts';
import { TlsEnd } from './tls-end.ts';
import { authenticate } from './trust.ts';

/**
 * A TLS client without I/O.
 *
 * @example
 * ```ts
 * import { Client, defineClient } from 'tlsmith';
 * import { node } from '@tlsmith/crypto/node';
 * import { trustAnchors } from '@tlsmith/x509';
 * const config = defineClient({ provider: node, serverName: 'example.com', trust: { roots: trustAnchors(pem) } });
 * const client = new Client(config);
 * for (const bytes of client.takeOutput()) socket.write(bytes); // the ClientHello
 * ```
 */
export class Client extends TlsEnd {
  constructor(config: ClientConfig, session?: ClientSession, own: OwnOptions = {}) {
    const { options, provider, policy, reference, limits } = config;
    const now = options.now ?? Date.now;
    const tracer = own.tracer ?? options.tracer;
    const answer = answers({
      provider,
      identities: options.identity ?? [],
      unknownServerName: 'first-identity',
      sessions: undefined,
      now,
      authenticate: (ask) => authenticate(ask, { provider, trust: options.trust, reference, now }),
    });
    const events: ConnectionEvent[] = [];
    const host = effectHost(config, tracer, (remembered) => {
      if (remembered.role === 'client') events.push({ event: 'session', session: remembered.session });
    });
    const connection = new Connection({
      role: 'client',
      machine: clientMachine as never,
      policy,
      start: { at: 'client/start' },
      answer,
      events,
      host,
      limits,
      tracer,
      halfClose: own.halfClose ?? options.halfClose ?? 'close-both',
      padding: options.padding,
    });
    super(connection, provider, options.trust);
    connection.command({ event: 'start', session });
  }
}
