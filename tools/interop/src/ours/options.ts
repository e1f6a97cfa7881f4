import { node } from '@tlsmith/crypto/node';
import { type ServerSessionCache, serverSessionCache, serverSessionStore } from '@tlsmith/session-cache';
import type { TestKeyType } from '@tlsmith/testkit/node';
import { schemes as allSchemes, type SignatureScheme, type Version } from '@tlsmith/types';
import { trustAnchors } from '@tlsmith/x509';
import { type CommonOptions, defaultSchemes, type Identity, identity } from 'tlsmith';
import type { ConnectOptions, CreateServerOptions } from 'tlsmith/node';
import type { Identified, Pki } from '../bench/pki.ts';
import type { ClientSetup, OfferedVersion, ServerSetup } from '../side.ts';
import type { Watch } from './watch.ts';

/** Our server's options for a setup. */
export function serverOptions(pki: Pki, setup: ServerSetup, watch: Watch): CreateServerOptions {
  const roots = trustAnchors([pki.root.certificate]);
  return {
    ...commonOptions(setup, watch),
    identity: [ourIdentity(pki.server(setup.keyType), setup.keyType, setup.schemes)],
    ...(setup.clientCertificates === undefined ? {} : { clientAuthentication: { require: { roots } } }),
    ...(setup.resumption === 'session-ids' ? { sessions: sessionIdsOnly() } : {}),
  };
}

/** Our client's options for a setup; the caller adds the transport. */
export function clientOptions(
  pki: Pki,
  setup: ClientSetup,
  watch: Watch,
): Omit<ConnectOptions, 'host' | 'port' | 'socket' | 'serverName'> {
  const { certificate, trust } = setup;
  const trusted = trust === 'stranger' ? pki.stranger : pki.root;
  return {
    ...commonOptions(setup, watch),
    trust: { roots: trustAnchors([trusted.certificate]) },
    ...(certificate === undefined
      ? {}
      : { identity: [ourIdentity(pki.client(certificate), certificate, setup.schemes)] }),
  };
}

function commonOptions(setup: ServerSetup | ClientSetup, { tracer }: Watch): Omit<CommonOptions, 'provider'> {
  const { suites, groups, schemes, alpn } = setup;
  return {
    versions: setup.versions.map(versionOf),
    tracer,
    ...(suites === undefined ? {} : { suites }),
    ...(groups === undefined ? {} : { groups }),
    ...(schemes === undefined ? {} : { schemes }),
    ...(alpn === undefined ? {} : { alpn }),
  };
}

const versionOf = (name: OfferedVersion): Version => (name === '1.3' ? 'tls13' : 'tls12');

/** Signs with the schemes of the setup alone. Ed448 is no default: who has such a key says that it may be used. */
function ourIdentity(
  { chain, privateKeyPem }: Identified,
  keyType: TestKeyType,
  named: readonly SignatureScheme[] | undefined,
): Identity {
  const schemes = named ?? (keyType === 'ed448' ? [allSchemes.ed448] : defaultSchemes);
  return identity(node, { chain, key: privateKeyPem, schemes });
}

function sessionIdsOnly(): ServerSessionCache {
  const store = serverSessionStore({ capacity: 10 });
  return serverSessionCache({ provider: node, store, tickets: { kind: 'none' }, lifetime: 3600 });
}
