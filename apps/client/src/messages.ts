import {
  applicationLayerProtocolNegotiation,
  type ClientHello,
  decodeMessage,
  type ExtensionList,
  hostNameOf,
  inspectMessage,
  keyShare,
  type Message,
  type MessageContext,
  preSharedKey,
  protocolName,
  readExtension,
  type ServerHello,
  type Span,
  serverName,
  spanRows,
  supportedVersions,
} from '@tlsmith/codec';
import { type Bytes, copyBytes, isDecodeError } from '@tlsmith/types';
import * as registries from '@tlsmith/types/explain';
import {
  cipherSuites,
  nameOf,
  namedGroups,
  protocolVersions,
  signatureSchemes,
} from '@tlsmith/types/explain';

/** What matters in a message, on one line; empty where its name says it all. */
export function messageFacts(raw: Bytes, context: MessageContext): string {
  try {
    const facts = factsOf(decodeMessage(copyBytes(raw), context));
    return facts.filter((fact) => fact !== undefined).join(', ');
  } catch (error) {
    // What cannot be read ends the connection, and that has a reason of its own.
    if (isDecodeError(error)) return '';
    throw error;
  }
}

/** Every byte of a message with its name, as lines. */
export function annotate(raw: Bytes, context: MessageContext): readonly string[] {
  const rows = spanRows(inspectMessage(raw, context).span, raw);
  return rows.map(({ depth, start, hex, span }) => {
    const offset = start.toString(16).padStart(4, '0');
    const length = hex.length / 2;
    const bytes = length > shown ? `${hex.slice(0, 2 * shown)}... ${length} bytes` : hex;
    return `${offset}  ${'  '.repeat(depth)}${span.name}  ${bytes}  ${registeredName(span)}`.trimEnd();
  });
}

/** `client_hello` as the RFCs' prose writes it: `ClientHello`. */
export function proseName(type: string): string {
  return type.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** What IANA calls a value, where a registry has it. */
function registeredName({ registry, value }: Span): string {
  const table = (registries as Readonly<Record<string, unknown>>)[registry ?? ''];
  if (typeof value !== 'number' || typeof table !== 'object') return '';
  return nameOf(table as Readonly<Record<number, string>>, value);
}

type Facts = readonly (string | undefined)[];

function factsOf(message: Message): Facts {
  switch (message.type) {
    case 'client_hello':
      return clientHello(message.body);
    case 'server_hello':
      return serverHello(message.body);
    case 'hello_retry_request': {
      const group = readExtension(message.body.extensions, keyShare, 'hello_retry_request');
      return [group === undefined ? 'the same group' : `wants ${nameOf(namedGroups, group)}`];
    }
    case 'encrypted_extensions':
      return [chosenProtocol(message.body.extensions, 'encrypted_extensions')];
    case 'certificate':
      return [counted(message.body.certificateList.length, 'certificate')];
    case 'server_key_exchange': {
      const { params, algorithm } = message.body;
      return [nameOf(namedGroups, params.namedCurve), nameOf(signatureSchemes, algorithm)];
    }
    case 'certificate_verify':
      return [nameOf(signatureSchemes, message.body.algorithm)];
    case 'new_session_ticket': {
      const { body } = message;
      return [`for ${'ticketLifetime' in body ? body.ticketLifetime : body.ticketLifetimeHint} s`];
    }
    case 'key_update':
      return [message.body.requestUpdate === 1 ? 'asks for the same' : 'asks for nothing'];
    case 'hello_request':
    case 'end_of_early_data':
    case 'certificate_request':
    case 'server_hello_done':
    case 'client_key_exchange':
    case 'certificate_status':
    case 'finished':
    case 'unknown':
      return [];
  }
}

function clientHello({ cipherSuites: suites, legacyVersion, extensions }: ClientHello): Facts {
  const versions = readExtension(extensions, supportedVersions, 'client_hello') ?? [legacyVersion];
  const names = readExtension(extensions, serverName, 'client_hello');
  const shares = readExtension(extensions, keyShare, 'client_hello');
  const protocols = readExtension(extensions, applicationLayerProtocolNegotiation, 'client_hello');
  const psks = readExtension(extensions, preSharedKey, 'client_hello');
  return [
    names && `to ${hostNameOf(names)}`,
    versions.map((version) => nameOf(protocolVersions, version)).join(' or '),
    counted(suites.length, 'suite'),
    shares && `share ${shares.map(({ group }) => nameOf(namedGroups, group)).join(' and ') || 'none'}`,
    protocols && `ALPN ${protocols.map(protocolName.of).join(' or ')}`,
    psks && counted(psks.identities.length, 'ticket'),
  ];
}

function serverHello({ legacyVersion, cipherSuite, extensions }: ServerHello): Facts {
  const version = readExtension(extensions, supportedVersions, 'server_hello');
  const share = version === undefined ? undefined : readExtension(extensions, keyShare, 'server_hello');
  const psk = version === undefined ? undefined : readExtension(extensions, preSharedKey, 'server_hello');
  return [
    nameOf(protocolVersions, version ?? legacyVersion),
    nameOf(cipherSuites, cipherSuite),
    share && `share ${nameOf(namedGroups, share.group)}`,
    version === undefined ? chosenProtocol(extensions, 'tls12_server_hello') : undefined,
    psk === undefined ? undefined : `takes ticket ${psk + 1}`,
  ];
}

function chosenProtocol(
  extensions: ExtensionList | undefined,
  message: 'encrypted_extensions' | 'tls12_server_hello',
): string | undefined {
  const chosen = readExtension(extensions, applicationLayerProtocolNegotiation, message);
  return chosen && `ALPN ${protocolName.of(chosen)}`;
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

/** Bytes of a field that a listing shows. */
const shown = 32;
