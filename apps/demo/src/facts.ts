import {
  applicationLayerProtocolNegotiation,
  certificateAuthorities,
  type Certificate12,
  type Certificate13,
  type CertificateRequest12,
  type CertificateRequest13,
  type ClientHello,
  type EncryptedExtensions,
  type ExtensionList,
  hostNameOf,
  keyShare,
  type Message,
  type NewSessionTicket12,
  type NewSessionTicket13,
  preSharedKey,
  protocolName,
  readExtension,
  type ServerHello,
  type ServerKeyExchange,
  sentinelOf,
  serverName,
  sessionTicket,
  signatureAlgorithms,
  supportedGroups,
  supportedVersions,
} from '@tlsmith/codec';
import type { Bytes, Role } from '@tlsmith/types';
import {
  cipherSuites,
  extensionTypes,
  nameOf,
  namedGroups,
  protocolVersions,
  signatureSchemes,
} from '@tlsmith/types/explain';
import { describeName, parseCertificate } from '@tlsmith/x509';
import type { Fact } from './events.ts';

/** The facts of a handshake message that matter to a reader, the most telling first. */
export function factsOf(message: Message, from: Role): readonly Fact[] {
  switch (message.type) {
    case 'client_hello':
      return clientHello(message.body);
    case 'server_hello':
      return serverHello(message.body);
    case 'hello_retry_request':
      return helloRetryRequest(message.body);
    case 'encrypted_extensions':
      return encryptedExtensions(message.body);
    case 'certificate':
      return certificate(message.body, from);
    case 'certificate_request':
      return certificateRequest(message.body);
    case 'certificate_verify':
      return [
        fact('signed with', scheme(message.body.algorithm)),
        fact('proves', `the ${from} holds the private key of its certificate`),
      ];
    case 'server_key_exchange':
      return serverKeyExchange(message.body);
    case 'server_hello_done':
      return [fact('says', 'the server has said all it has to say for now')];
    case 'client_key_exchange':
      return 'ecdhYc' in message.body
        ? [fact('public point', bytes(message.body.ecdhYc))]
        : [
            fact('encrypted premaster secret', bytes(message.body.encryptedPremasterSecret)),
            fact('readable', "only with the server's private RSA key"),
          ];
    case 'finished':
      return [
        fact('verify_data', bytes(message.body.verifyData)),
        fact('covers', 'every handshake message before it'),
      ];
    case 'new_session_ticket':
      return newSessionTicket(message.body);
    case 'key_update':
      return [fact('request', message.body.requestUpdate)];
    case 'hello_request':
    case 'end_of_early_data':
    case 'certificate_status':
    case 'unknown':
      return [];
  }
}

/** ClientHello for `client_hello`. */
export const figureName = (type: string): string =>
  type
    .split('_')
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join('');

function clientHello(body: ClientHello): readonly Fact[] {
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
    fact(
      'suites',
      body.cipherSuites.map((code) => nameOf(cipherSuites, code)),
    ),
    ...read(readExtension(extensions, supportedGroups, 'client_hello'), (groups) =>
      fact(
        'groups',
        groups.map((group) => nameOf(namedGroups, group)),
      ),
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

function serverHello(body: ServerHello): readonly Fact[] {
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

function helloRetryRequest({ extensions }: ServerHello): readonly Fact[] {
  const group = readExtension(extensions, keyShare, 'hello_retry_request');
  const wanted = group === undefined ? [] : [fact('wants a key share of', nameOf(namedGroups, group))];
  return [...wanted, ...extensionNames(extensions)];
}

function encryptedExtensions({ extensions }: EncryptedExtensions): readonly Fact[] {
  const protocol = readExtension(extensions, applicationLayerProtocolNegotiation, 'encrypted_extensions');
  return [
    ...(protocol === undefined ? [] : [fact('ALPN', protocolName.of(protocol))]),
    ...extensionNames(extensions),
  ];
}

function certificate({ certificateList }: Certificate12 | Certificate13, from: Role): readonly Fact[] {
  if (certificateList.length === 0) return [fact('chain', `empty: the ${from} has none to show`)];
  return [
    fact(
      'chain',
      certificateList.map((entry) => certificateLine(entry instanceof Uint8Array ? entry : entry.certData)),
    ),
  ];
}

function certificateLine(der: Bytes): string {
  const { subject, publicKey } = parseCertificate(der);
  const key = publicKey.type === 'unusable' ? 'unusable key' : keyName(publicKey.type, publicKey.bits);
  return `${describeName(subject)} (${key}, ${bytes(der)})`;
}

/** A key as people call it: `RSA 2048`, `ECDSA P-256`, `Ed25519`. */
export function keyName(type: string, bits: number): string {
  if (type.startsWith('rsa')) return `RSA ${bits}`;
  return type.startsWith('p') ? `ECDSA P-${bits}` : type.replace('ed', 'Ed');
}

function certificateRequest(body: CertificateRequest12 | CertificateRequest13): readonly Fact[] {
  if ('certificateTypes' in body) {
    return [
      fact('signatures', body.supportedSignatureAlgorithms.map(scheme)),
      ...authorities(body.certificateAuthorities.length),
    ];
  }
  const schemes = readExtension(body.extensions, signatureAlgorithms, 'certificate_request') ?? [];
  const named = readExtension(body.extensions, certificateAuthorities, 'certificate_request') ?? [];
  return [
    fact('signatures', schemes.map(scheme)),
    ...authorities(named.length),
    ...extensionNames(body.extensions),
  ];
}

const authorities = (count: number): readonly Fact[] =>
  count === 0 ? [] : [fact('names', count === 1 ? '1 authority' : `${count} authorities`)];

function serverKeyExchange({ params, algorithm }: ServerKeyExchange): readonly Fact[] {
  return [
    fact('group', nameOf(namedGroups, params.namedCurve)),
    fact('public point', bytes(params.publicPoint)),
    fact('signed with', scheme(algorithm)),
  ];
}

function newSessionTicket(body: NewSessionTicket12 | NewSessionTicket13): readonly Fact[] {
  const lifetime = 'ticketLifetime' in body ? body.ticketLifetime : body.ticketLifetimeHint;
  const nonce = 'ticketNonce' in body ? [fact('nonce', bytes(body.ticketNonce))] : [];
  return [fact('lifetime', `${lifetime} s`), fact('ticket', bytes(body.ticket)), ...nonce];
}

function extensionNames(extensions: ExtensionList | undefined): readonly Fact[] {
  const names = (extensions ?? []).map(({ type }) => nameOf(extensionTypes, type));
  return names.length === 0 ? [] : [fact('extensions', names)];
}

const fact = (name: string, value: Fact['value']): Fact => ({ name, value });
const bytes = ({ length }: Bytes): string => (length === 1 ? '1 byte' : `${length} bytes`);
const version = (code: number): string => nameOf(protocolVersions, code);
const scheme = (code: number): string => nameOf(signatureSchemes, code);
