import {
  applicationLayerProtocolNegotiation,
  certificateAuthorities,
  cookie,
  type Extension,
  type ExtensionList,
  earlyData,
  ecPointFormats,
  extendedMainSecret,
  keyShare,
  knownExtensions,
  padding,
  preSharedKey,
  pskKeyExchangeModes,
  type RawExtension,
  rawExtension,
  readExtension,
  renegotiationInfo,
  serverName,
  sessionTicket,
  signatureAlgorithms,
  signedCertificateTimestamp,
  statusRequest,
  supportedGroups,
  supportedVersions,
} from '@tlsmith/codec';
import { type Bytes, TlsMisuse } from '@tlsmith/types';
import type { ExtensionModule, ModuleMessage } from './module.ts';
import type { Negotiated } from './negotiated.ts';

/** The part of a policy that modules are in. */
export interface Modular {
  readonly extensions?: readonly ExtensionModule[] | undefined;
}

/** Results of modules by extension type. */
export type ExtensionResults = Negotiated['extensions'];

/** What was asked in a module's extension and answered so far: bytes, so that states stay plain data. */
export interface Exchanged {
  readonly type: number;
  readonly asked: Bytes;
  readonly answers: Readonly<Partial<Record<ModuleMessage, Bytes>>>;
}

/** No module has a result. */
export const noResults: ExtensionResults = Object.freeze({});

/**
 * The modules of a policy, none for an extension that the handshake itself answers for and no two for one.
 *
 * @throws {TlsMisuse} `extension-built-in`, `extension-twice`.
 */
export function distinctModules(modules: readonly ExtensionModule[]): readonly ExtensionModule[] {
  const types = new Set<number>();
  for (const { extension } of modules) {
    const { type, name } = extension;
    if (builtIn.has(type)) {
      throw new TlsMisuse(
        'extension-built-in',
        `${name} (${type}) is the handshake's own: no module may replace it`,
      );
    }
    if (types.has(type)) {
      throw new TlsMisuse('extension-twice', `two modules are for extension ${type}: keep one of them`);
    }
    types.add(type);
  }
  return Object.freeze([...modules]);
}

/** Structures of extensions by number: those of the policy's modules, then those that the codec knows. */
export function structures({ extensions = [] }: Modular): Pick<ReadonlyMap<number, Extension>, 'get'> {
  if (extensions.length === 0) return knownExtensions;
  return { get: (type) => moduleFor(type, extensions)?.extension ?? knownExtensions.get(type) };
}

/** What the policy's modules put into a list of their own: nothing, or one extension each. */
export function spoken(
  { extensions = [] }: Modular,
  message: ModuleMessage,
  value: (module: ExtensionModule) => unknown,
): ExtensionList {
  return extensions.flatMap((module) => rawOf(module, message, value(module)));
}

/** A question for each extension, with no answer yet. */
export const asked = (extensions: ExtensionList): readonly Exchanged[] =>
  extensions.map(({ type, body }) => ({ type, asked: body, answers: {} }));

/** The questions with what a message answers to them. */
export function recorded(
  exchanges: readonly Exchanged[],
  message: ModuleMessage,
  extensions: ExtensionList | undefined,
): readonly Exchanged[] {
  return exchanges.map((exchange) => {
    const found = extensions?.find(({ type }) => type === exchange.type);
    return found === undefined
      ? exchange
      : { ...exchange, answers: { ...exchange.answers, [message]: found.body } };
  });
}

/** Of a list, what belongs to modules. */
export function ofModules({ extensions = [] }: Modular, listed: ExtensionList): ExtensionList {
  return extensions.length === 0
    ? none
    : listed.filter(({ type }) => moduleFor(type, extensions) !== undefined);
}

/** The module for an extension type. */
export const moduleFor = (type: number, modules: readonly ExtensionModule[]): ExtensionModule | undefined =>
  modules.find(({ extension }) => extension.type === type);

/** A body, decoded as the module's schema for the message says. */
export function bodyIn({ extension }: ExtensionModule, message: ModuleMessage, body: Bytes): unknown {
  return readExtension([{ type: extension.type, body }], extension, message);
}

/** A module's value for the wire; nothing for undefined. */
export function rawOf(
  { extension }: ExtensionModule,
  message: ModuleMessage,
  value: unknown,
): readonly RawExtension[] {
  return value === undefined ? none : [rawExtension(extension, message, value)];
}

const none: readonly never[] = Object.freeze([]);

/** Extensions that decide the course of the handshake, or are read in more than one place of it. */
const builtIn: ReadonlySet<number> = new Set(
  [
    applicationLayerProtocolNegotiation,
    certificateAuthorities,
    cookie,
    earlyData,
    ecPointFormats,
    extendedMainSecret,
    keyShare,
    padding,
    preSharedKey,
    pskKeyExchangeModes,
    renegotiationInfo,
    serverName,
    sessionTicket,
    signatureAlgorithms,
    signedCertificateTimestamp,
    statusRequest,
    supportedGroups,
    supportedVersions,
  ].map(({ type }) => type),
);
