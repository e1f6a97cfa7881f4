import { Server as TcpServer, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { node } from '@tlsmith/crypto/node';
import {
  type ServerSessionCache,
  serverSessionCache,
  serverSessionStore,
  ticketKeys,
} from '@tlsmith/session-cache';
import type { CryptoProvider } from '@tlsmith/types';
import { defaultSessionLifetime } from '../defaults.ts';
import { defineServer, type ServerConfig, type ServerOptions } from '../options.ts';
import { Server } from '../server.ts';
import { defaultHandshakeTimeout } from './connect.ts';
import { TLSSocket } from './socket.ts';

/** Options of {@link createServer}. */
export type CreateServerOptions = Omit<ServerOptions, 'provider' | 'sessions'> & {
  /** node:crypto by default. */
  readonly provider?: CryptoProvider;
  /** By default tickets and session IDs of this process; `off` resumes nothing. */
  readonly sessions?: ServerSessionCache | 'off';
  /** Milliseconds for the handshake; 30,000 by default. */
  readonly handshakeTimeout?: number;
};

/**
 * A TLS server over TCP with the names of node:tls: emits `secureConnection` with a {@link TLSSocket} for every finished
 * handshake, and `tlsClientError` with the error and the socket for every other.
 */
export class TLSServer extends TcpServer {
  readonly #options: CreateServerOptions;
  #config: ServerConfig;

  constructor(options: CreateServerOptions) {
    super({ allowHalfOpen: true, noDelay: true });
    this.#options = options;
    this.#config = serverConfig(options);
    this.on('connection', (raw: Socket) => this.#accept(raw));
  }

  /** Replaces identities, trust and everything else for connections accepted from now on; sessions go on unless given. */
  setOptions(options: CreateServerOptions): void {
    const sessions = options.sessions ?? this.#config.options.sessions ?? 'off';
    this.#config = serverConfig({ ...options, sessions });
  }

  #accept(raw: Socket): void {
    const socket = accept(raw, this.#config, this.#options);
    const failed = (error: Error): boolean => this.emit('tlsClientError', error, socket);
    socket.once('error', failed);
    socket.once('secureConnect', () => {
      socket.off('error', failed);
      this.emit('secureConnection', socket);
    });
  }
}

/**
 * Makes a TLS server.
 *
 * @throws {TlsMisuse} when the options contradict each other.
 * @example
 * ```ts
 * import { readFileSync } from 'node:fs';
 * import { node } from '@tlsmith/crypto/node';
 * import { identity } from 'tlsmith';
 * import { createServer } from 'tlsmith/node';
 * const own = identity(node, { chain: readFileSync('chain.pem', 'utf8'), key: readFileSync('key.pem', 'utf8') });
 * createServer({ identity: [own] }, (socket) => socket.end('hello\n')).listen(4433, '127.0.0.1');
 * ```
 */
export function createServer(
  options: CreateServerOptions,
  onConnection?: (socket: TLSSocket) => void,
): TLSServer {
  const server = new TLSServer(options);
  if (onConnection !== undefined) server.on('secureConnection', onConnection);
  return server;
}

/** Checks options and gives them sessions of this process where they say nothing of them. */
export function serverConfig(options: CreateServerOptions): ServerConfig {
  const { sessions: given, ...rest } = options;
  const sessions = given === 'off' ? undefined : (given ?? processSessions(options));
  return defineServer({ provider: node, ...rest, ...(sessions === undefined ? {} : { sessions }) });
}

/** Serves TLS on a Duplex that is already open (as after STARTTLS). */
export function accept(
  transport: Duplex,
  config: ServerConfig,
  options: Pick<CreateServerOptions, 'handshakeTimeout' | 'tracer'> = {},
): TLSSocket {
  const socket = new TLSSocket(transport, {
    allowHalfOpen: config.options.halfClose === 'allow-half-open',
    handshakeTimeout: options.handshakeTimeout ?? defaultHandshakeTimeout,
  });
  process.nextTick(() =>
    socket.attach(new Server(config, { halfClose: 'allow-half-open', tracer: options.tracer })),
  );
  return socket;
}

// As many as nginx's builtin cache holds.
const capacity = 20_480;

/** Tickets under keys that change by the hour, and a store for session IDs. */
function processSessions({
  provider = node,
  sessionLifetime = defaultSessionLifetime,
}: CreateServerOptions): ServerSessionCache {
  const store = serverSessionStore({ capacity });
  const aead = provider.aeads['aes-256-gcm'] ?? node.aeads['aes-256-gcm'];
  const keys = ticketKeys({ aead, random: provider.random, lifetime: sessionLifetime, rotateEvery: 3600 });
  return serverSessionCache({
    provider,
    store,
    tickets: { kind: 'sealed', keys },
    lifetime: sessionLifetime,
  });
}
