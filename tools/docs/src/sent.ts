import {
  cookie,
  decodeMessage,
  type ExtensionList,
  type ExtensionMessage,
  rawExtension,
} from '@tlsmith/codec';
import { node } from '@tlsmith/crypto/node';
import { serverSessionCache, serverSessionStore, ticketKeys } from '@tlsmith/session-cache';
import { issue, makeAuthority } from '@tlsmith/testkit/node';
import { type Bytes, type ClientSession, groups, type Role, type Version } from '@tlsmith/types';
import { trustAnchors } from '@tlsmith/x509';
import {
  Client,
  type ClientOptions,
  defineClient,
  defineServer,
  identity,
  Server,
  type ServerOptions,
  type TlsEnd,
} from 'tlsmith';

/** Extension types by sender. */
export type Sent = Readonly<Record<Role, Set<number>>>;

/** The extensions that our own ends send, over handshakes of every kind that they know, in memory. */
export function sentExtensions(): Sent {
  const sent: Sent = { client: new Set(), server: new Set() };
  for (const version of ['tls13', 'tls12'] as const) {
    const session = shake({ client: { versions: [version] } }, sent);
    shake({ client: { versions: [version] }, session }, sent);
  }
  shake({ server: { groups: [groups.secp384r1], clientAuthentication: { request: { roots } } } }, sent);
  shake({ client: { trust: { roots, revocation: { mode: 'soft' } } } }, sent);
  // A peer of a kind that ours is not: a server with a cookie.
  shake({ server: { groups: [groups.secp384r1], arrange: withCookie } }, { ...sent, server: new Set() });
  return sent;
}

interface Shake {
  readonly client?: Partial<ClientOptions>;
  readonly server?: Partial<ServerOptions>;
  readonly session?: ClientSession | undefined;
}

/** One handshake; notes what was sent and returns the session that came of it. */
function shake({ client, server, session }: Shake, sent: Sent): ClientSession | undefined {
  const messages: [Role, Bytes][] = [];
  const tracer = (role: Role): Pick<ClientOptions, 'tracer'> => ({
    tracer: { message: ({ direction, raw }) => direction === 'write' && messages.push([role, raw]) },
  });
  const alpn = ['h2'];
  const ours = new Client(
    defineClient({
      provider: node,
      serverName: host,
      trust: { roots },
      alpn,
      ...tracer('client'),
      ...client,
    }),
    session,
  );
  const theirs = new Server(
    defineServer({
      provider: node,
      identity: [own],
      alpn,
      sessions,
      ...authorities,
      ...tracer('server'),
      ...server,
    }),
  );
  exchange(ours, theirs);
  const version = ours.negotiated?.version;
  if (version === undefined) throw new Error('the handshake failed');
  for (const [role, raw] of messages) for (const type of typesIn(raw, version)) sent[role].add(type);
  const news = ours.events().find(({ event }) => event === 'session');
  return news?.event === 'session' ? news.session : undefined;
}

function typesIn(raw: Bytes, version: Version): readonly number[] {
  const { type, body } = decodeMessage(raw, { version, keyExchange: 'ecdhe' });
  if (type === 'unknown') throw new Error('a message that the codec does not know');
  const entries = 'certificateList' in body ? body.certificateList : [];
  const lists = [
    'extensions' in body ? body.extensions : undefined,
    ...entries.map((entry) => ('extensions' in entry ? entry.extensions : undefined)),
  ];
  return lists.flatMap((list) => (list ?? []).map((extension) => extension.type));
}

function exchange(a: TlsEnd, b: TlsEnd): void {
  for (let moved = true; moved; ) {
    const [toB, toA] = [a.takeOutput(), b.takeOutput()];
    for (const bytes of toB) b.receive(bytes);
    for (const bytes of toA) a.receive(bytes);
    moved = toB.length + toA.length > 0;
  }
}

const withCookie = (message: ExtensionMessage, list: ExtensionList): ExtensionList =>
  message === 'hello_retry_request' ? [...list, rawExtension(cookie, message, new Uint8Array(8))] : list;

const host = 'server.example';
const authority = makeAuthority({ name: 'Test Root' });
const roots = trustAnchors([authority.certificate]);
const authorities: Partial<ServerOptions> = { certificateAuthorities: [authority.name] };
const leaf = issue(authority, { subject: host, dns: [host] });
const own = identity(node, { chain: leaf.chain, key: leaf.privateKeyPem, ocsp: Uint8Array.of(0x30, 0) });
const sessions = serverSessionCache({
  provider: node,
  store: serverSessionStore({ capacity: 10 }),
  tickets: {
    kind: 'sealed',
    keys: ticketKeys({
      aead: node.aeads['aes-256-gcm'],
      random: node.random,
      lifetime: 86_400,
      rotateEvery: 3600,
    }),
  },
  lifetime: 86_400,
});
