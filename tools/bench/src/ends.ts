import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as nodeConnect, createServer as nodeServer, type SecureVersion } from 'node:tls';
import { node } from '@tlsmith/crypto/node';
import { type ClientSession, type CipherSuite, groups, suites, type Version } from '@tlsmith/types';
import { type TrustAnchor, trustAnchors } from '@tlsmith/x509';
import { identity } from 'tlsmith';
import { connect, createServer, type TLSSocket } from 'tlsmith/node';
import { host, leafOf, type Pki, pki } from './pki.ts';

/** Equal work for both: one chain, one group, one suite, two tickets, fresh key shares. */
export interface Setting {
  readonly version: Version;
  readonly cipher: 'aes-128-gcm' | 'chacha20-poly1305';
  readonly key: 'p256' | 'rsa';
}

/** Something that can be resumed, of whichever side. */
export type Session = ClientSession | Buffer;

/** What a client brings along. */
export interface Visit {
  readonly session?: Session;
  /** The site as a stranger: ours then remembers no signature. Left out, it is the one that all rows share. */
  readonly stranger?: Pki | undefined;
}

/** A TLS implementation, as the rows use it. */
export interface Side {
  readonly name: 'ours' | 'peer';
  serve(setting: Setting, onConnection: (socket: Duplex) => void, site?: Pki): Server;
  connect(setting: Setting, port: number, visit?: Visit): Duplex;
  /** The newest session of a client's socket. */
  sessionOf(socket: Duplex): Promise<Session>;
  resumed(socket: Duplex): boolean;
}

/** Parsed once, as a program does at its start. */
function rootsOf(site: Pki): readonly TrustAnchor[] {
  const roots = parsed.get(site) ?? trustAnchors(site.root);
  parsed.set(site, roots);
  return roots;
}

const parsed = new WeakMap<Pki, readonly TrustAnchor[]>();

function suiteOf({ version, cipher, key }: Setting): CipherSuite {
  if (version === 'tls13') {
    return cipher === 'aes-128-gcm' ? suites.TLS_AES_128_GCM_SHA256 : suites.TLS_CHACHA20_POLY1305_SHA256;
  }
  const authentication = key === 'rsa' ? 'RSA' : 'ECDSA';
  return suites[
    `TLS_ECDHE_${authentication}_WITH_${cipher === 'aes-128-gcm' ? 'AES_128_GCM' : 'CHACHA20_POLY1305'}_SHA256`
  ];
}

/** tlsmith with its Node provider. */
export const ours: Side = {
  name: 'ours',
  serve: (setting, onConnection, site = pki) => {
    const { chainPem, privateKeyPem } = leafOf(site, setting.key);
    const own = identity(node, { chain: chainPem, key: privateKeyPem });
    return createServer({ identity: [own], ...oursOptions(setting) }, onConnection);
  },
  connect: (setting, port, { session, stranger } = {}) =>
    connect({
      host: '127.0.0.1',
      port,
      serverName: host,
      trust: { roots: rootsOf(stranger ?? pki) },
      // Good signatures are remembered per provider.
      ...(stranger === undefined ? {} : { provider: { ...node } }),
      ...oursOptions(setting),
      ...(session === undefined ? {} : { session: session as ClientSession }),
    }),
  sessionOf: async (socket) => {
    const tls = socket as TLSSocket;
    if (tls.getSession() === undefined) await once(tls, 'session');
    return tls.getSession() as ClientSession;
  },
  resumed: (socket) => (socket as TLSSocket).isSessionReused(),
};

const oursOptions = (setting: Setting) => ({
  versions: [setting.version],
  suites: [suiteOf(setting)],
  // P-256 because in TLS 1.2 the list also says which ECDSA certificates a client takes (RFC 8422 §5.1.1).
  groups: [groups.x25519, groups.secp256r1],
});

/** Node's own tls. */
export const peer: Side = {
  name: 'peer',
  serve: (setting, onConnection, site = pki) => {
    const { chainPem, privateKeyPem } = leafOf(site, setting.key);
    return nodeServer({ cert: chainPem, key: privateKeyPem, ...peerOptions(setting) }, onConnection);
  },
  connect: (setting, port, { session, stranger } = {}) =>
    nodeConnect({
      host: '127.0.0.1',
      port,
      servername: host,
      ca: (stranger ?? pki).root,
      ...peerOptions(setting),
      ...(session === undefined ? {} : { session: session as Buffer }),
    }),
  sessionOf: async (socket) => {
    const [session] = (await once(socket, 'session')) as [Buffer];
    return session;
  },
  resumed: (socket) => (socket as ReturnType<typeof nodeConnect>).isSessionReused(),
};

function peerOptions(setting: Setting) {
  const version: SecureVersion = setting.version === 'tls13' ? 'TLSv1.3' : 'TLSv1.2';
  const { name } = suiteOf(setting);
  const openssl = { 'aes-128-gcm': 'AES128-GCM-SHA256', 'chacha20-poly1305': 'CHACHA20-POLY1305' }[
    setting.cipher
  ];
  const ciphers =
    setting.version === 'tls13' ? name : `ECDHE-${setting.key === 'rsa' ? 'RSA' : 'ECDSA'}-${openssl}`;
  return { minVersion: version, maxVersion: version, ciphers, ecdhCurve: 'X25519:P-256' };
}

/** Listens on a free loopback port. */
export async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** The side of a name, for rows with a different one at each end. */
export const sides: Readonly<Record<Side['name'], Side>> = { ours, peer };
