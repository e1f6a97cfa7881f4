import { connect as tcpConnect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { node } from '@tlsmith/crypto/node';
import type { ClientSessionStore } from '@tlsmith/session-cache';
import {
  type ClientSession,
  type CryptoProvider,
  isPeerAlert,
  isThenable,
  isTlsViolation,
} from '@tlsmith/types';
import { Client } from '../client.ts';
import { type ClientOptions, defineClient } from '../options.ts';
import { TLSSocket } from './socket.ts';

/** Where to connect, whom to believe, and everything that {@link ClientOptions} has. */
export type ConnectOptions = Omit<ClientOptions, 'provider' | 'serverName'> &
  Target & {
    /** node:crypto by default. */
    readonly provider?: CryptoProvider;
    /** The name that the server must prove; `host` by default. */
    readonly serverName?: string;
    /** A session to resume, before what `sessions` has. */
    readonly session?: ClientSession;
    /** Where sessions are kept, under `host:port` unless `origin` says otherwise. */
    readonly sessions?: ClientSessionStore;
    readonly origin?: string;
    /** Milliseconds for the handshake, TCP included; 30,000 by default. */
    readonly handshakeTimeout?: number;
  };

/** A TCP address, or a Duplex that is already open (as after STARTTLS). */
export type Target =
  | { readonly host: string; readonly port: number; readonly socket?: undefined }
  | {
      readonly socket: Duplex;
      readonly host?: undefined;
      readonly port?: number;
      readonly serverName: string;
    };

/**
 * Opens a TLS connection. The socket is returned at once and emits `secureConnect` when the handshake is done.
 *
 * @throws {TlsMisuse} when the options contradict each other.
 * @example
 * ```ts
 * import { connect, systemRoots } from 'tlsmith/node';
 * const socket = connect({ host: 'example.com', port: 443, trust: { roots: systemRoots() } });
 * socket.write('GET / HTTP/1.1\r\nHost: example.com\r\nConnection: close\r\n\r\n');
 * socket.pipe(process.stdout);
 * ```
 */
export function connect(options: ConnectOptions, onSecureConnect?: () => void): TLSSocket {
  const serverName = options.serverName ?? options.host;
  const config = defineClient({ provider: node, ...options, serverName: serverName as string });
  const socket = new TLSSocket(transportOf(options), {
    allowHalfOpen: options.halfClose === 'allow-half-open',
    handshakeTimeout: options.handshakeTimeout ?? defaultHandshakeTimeout,
  });
  if (onSecureConnect !== undefined) socket.once('secureConnect', onSecureConnect);
  const { sessions } = options;
  const origin = options.origin ?? `${serverName}:${options.port ?? 0}`;
  if (sessions !== undefined) {
    socket.on('session', (session: ClientSession) => void sessions.put(origin, session, Date.now()));
    // What ended in a fatal alert is not to be resumed (RFC 5246 §7.2.2).
    socket.on('error', (error) => {
      if (isTlsViolation(error) || isPeerAlert(error)) void sessions.forget(origin);
    });
  }
  const found = options.session ?? sessions?.take(origin, Date.now());
  const begin = (session?: ClientSession): TLSSocket =>
    socket.attach(new Client(config, session, { halfClose: 'allow-half-open' }));
  if (isThenable(found))
    found.then(
      (session) => begin(session as ClientSession | undefined),
      () => begin(),
    );
  // A turn later, so that the caller has time to listen.
  else process.nextTick(begin, found);
  return socket;
}

/** Milliseconds for a handshake unless the caller says otherwise. */
export const defaultHandshakeTimeout = 30_000;

function transportOf(options: ConnectOptions): Duplex | Socket {
  if (options.socket !== undefined) return options.socket;
  return tcpConnect({ host: options.host, port: options.port, noDelay: true, allowHalfOpen: true });
}
