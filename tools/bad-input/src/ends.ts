import { node } from '@tlsmith/crypto/node';
import {
  serverSessionCache,
  serverSessionStore,
  type ServerSessionCache,
  ticketKeys,
} from '@tlsmith/session-cache';
import { type Issued, issue, makeAuthority, makeOcspResponse, type TestKeyType } from '@tlsmith/testkit/node';
import { trustAnchors } from '@tlsmith/x509';
import {
  Client,
  type ClientOptions,
  defineClient,
  defineServer,
  type Identity,
  identity,
  Server,
  type ServerOptions,
} from 'tlsmith';

const authority = makeAuthority({ name: 'Test Root' });
export const roots = trustAnchors([authority.certificate]);
export const host = 'server.example';

const issued = new Map<TestKeyType, Issued>();

/** A certificate for `server.example` with a key of this type; made once. */
export function leaf(keyType: TestKeyType): Issued {
  const known = issued.get(keyType) ?? issue(authority, { subject: host, dns: [host], keyType });
  issued.set(keyType, known);
  return known;
}

export function identityOf(keyType: TestKeyType): Identity {
  const { chain, privateKeyPem } = leaf(keyType);
  return identity(node, { chain, key: privateKeyPem });
}

/** The same with an OCSP response that says that the certificate is good, for a client that asks at {@link stapledAt}. */
export function stapledIdentity(keyType: TestKeyType): Identity {
  const { chain, certificate, privateKeyPem } = leaf(keyType);
  const ocsp = makeOcspResponse(authority, { responses: [{ about: certificate }] });
  return identity(node, { chain, key: privateKeyPem, ocsp });
}

export const stapledAt = Date.UTC(2026, 6, 1);

/** What a server gives to be resumed by. */
export function sessions(): ServerSessionCache {
  const store = serverSessionStore({ capacity: 100 });
  const aead = node.aeads['aes-256-gcm'];
  const keys = ticketKeys({ aead, random: node.random, lifetime: 86_400, rotateEvery: 3600 });
  return serverSessionCache({ provider: node, store, tickets: { kind: 'sealed', keys }, lifetime: 86_400 });
}

export interface PairOptions {
  readonly client?: Partial<ClientOptions>;
  readonly server?: Partial<ServerOptions>;
  readonly session?: ConstructorParameters<typeof Client>[1];
}

/** A client and a server that trust each other's test certificates. */
export function pair(options: PairOptions = {}): { readonly client: Client; readonly server: Server } {
  const client = defineClient({ provider: node, serverName: host, trust: { roots }, ...options.client });
  const server = defineServer({ provider: node, identity: [identityOf('p256')], ...options.server });
  return { client: new Client(client, options.session), server: new Server(server) };
}
