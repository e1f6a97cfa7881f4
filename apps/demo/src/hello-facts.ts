import {
  applicationLayerProtocolNegotiation,
  type ClientHello,
  type EncryptedExtensions,
  hostNameOf,
  keyShare,
  preSharedKey,
  protocolName,
  readExtension,
  type ServerHello,
  sentinelOf,
  serverName,
  sessionTicket,
  signatureAlgorithms,
  supportedGroups,
  supportedVersions,
} from '@tlsmith/codec';
import type { Bytes } from '@tlsmith/types';
import { cipherSuites, nameOf, namedGroups, protocolVersions } from '@tlsmith/types/explain';
import type { Fact } from './events.ts';
import { bytes, extensionNames, fact, scheme } from './fact.ts';

// The facts of the messages that agree on parameters.

export function clientHello(body: ClientHello): readonly Fact[] {
  const { extensions } = body;
  const read = <T>(value: T | undefined, show: (value: T) => Fact): readonly Fact[] =>
    value === undefined ? [] : [show(value)];
  const versions = readExtension(extensions, supportedVersions, 'client_hello');
  return [
    versions === undefined
      ? fact('highest version', version(body.legacyVersion))
      : fact('versions', versions.map(version)),
    ...read(readExtension(extensions, serverName, 'client_hello'), (names) => fact('SNI', hostNameOf(names))),
    ...read(readExtension(extensions, applicationLayerProtocolNegotiation, 'client_hello'), (names) =>
      fact('ALPN', names.map(protocolName.of)),
    ),
    ...read(readExtension(extensions, keyShare, 'client_hello'), (shares) =>
      fact(
        'key share',
        shares.map(({ group, keyExchange }) => `${nameOf(namedGroups, group)} (${bytes(keyExchange)})`),
      ),
    ),
    ...read(readExtension(extensions, preSharedKey, 'client_hello'), ({ identities }) =>
      fact('PSK', `a ticket of ${identities[0]?.identity.length} bytes, with its binder`),
    ),
    ...(versions === undefined ? ticket(readExtension(extensions, sessionTicket, 'client_hello')) : []),
    ...(body.legacySessionId.length > 0 && versions === undefined
      ? [fact('session ID', bytes(body.legacySessionId))]
      : []),
    fact('suites', body.cipherSuites.map(named(cipherSuites))),
    ...read(readExtension(extensions, supportedGroups, 'client_hello'), (groups) =>
      fact('groups', groups.map(named(namedGroups))),
    ),
    ...read(readExtension(extensions, signatureAlgorithms, 'client_hello'), (codes) =>
      fact('signatures', codes.map(scheme)),
    ),
    ...extensionNames(extensions),
  ];
}

function ticket(value: Bytes | undefined): readonly Fact[] {
  if (value === undefined) return [];
  return [fact('session ticket', value.length === 0 ? 'welcome' : bytes(value))];
}

export function serverHello(body: ServerHello): readonly Fact[] {
  const { extensions, random, legacySessionIdEcho } = body;
  const selected = readExtension(extensions, supportedVersions, 'server_hello');
  const suite = fact('suite', nameOf(cipherSuites, body.cipherSuite));
  if (selected !== undefined) {
    const share = readExtension(extensions, keyShare, 'server_hello');
    const psk = readExtension(extensions, preSharedKey, 'server_hello');
    return [
      fact('version', version(selected)),
      suite,
      ...(share === undefined
        ? []
        : [fact('key share', `${nameOf(namedGroups, share.group)} (${bytes(share.keyExchange)})`)]),
      ...(psk === undefined ? [] : [fact('PSK', `number ${psk} of those offered`)]),
      ...extensionNames(extensions),
    ];
  }
  const protocol = readExtension(extensions, applicationLayerProtocolNegotiation, 'tls12_server_hello');
  return [
    fact('version', version(body.legacyVersion)),
    suite,
    ...(legacySessionIdEcho.length === 0 ? [] : [fact('session ID', bytes(legacySessionIdEcho))]),
    ...(protocol === undefined ? [] : [fact('ALPN', protocolName.of(protocol))]),
    ...(sentinelOf(random) === undefined
      ? []
      : [fact('random', 'ends in DOWNGRD: it speaks TLS 1.3 as well')]),
    ...extensionNames(extensions),
  ];
}

export function helloRetryRequest({ extensions }: ServerHello): readonly Fact[] {
  const group = readExtension(extensions, keyShare, 'hello_retry_request');
  const wanted = group === undefined ? [] : [fact('wants a key share of', nameOf(namedGroups, group))];
  return [...wanted, ...extensionNames(extensions)];
}

export function encryptedExtensions({ extensions }: EncryptedExtensions): readonly Fact[] {
  const protocol = readExtension(extensions, applicationLayerProtocolNegotiation, 'encrypted_extensions');
  return [
    ...(protocol === undefined ? [] : [fact('ALPN', protocolName.of(protocol))]),
    ...extensionNames(extensions),
  ];
}

const named =
  (registry: Parameters<typeof nameOf>[0]) =>
  (code: number): string =>
    nameOf(registry, code);

const version = (code: number): string => nameOf(protocolVersions, code);
