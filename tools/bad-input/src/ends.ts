import { node } from '@tlsmith/crypto/node';
import {
  serverSessionCache,
  serverSessionStore,
  type ServerSessionCache,
  ticketKeys,
} from '@tlsmith/session-cache';
import { makeOcspResponse, testSite, type TestKeyType } from '@tlsmith/testkit/node';
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

const site = testSite();
export const { host, leaf } = site;
export const roots = trustAnchors([site.authority.certificate]);

export function identityOf(keyType: TestKeyType): Identity {
  const { chain, privateKeyPem } = leaf(keyType);
  return identity(node, { chain, key: privateKeyPem });
}

/** The same with an OCSP response that says that the certificate is good, for a client that asks at {@link stapledAt}. */
export function stapledIdentity(keyType: TestKeyType): Identity {
  const { chain, certificate, privateKeyPem } = leaf(keyType);
  const ocsp = makeOcspResponse(site.authority, { responses: [{ about: certificate }] });
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
