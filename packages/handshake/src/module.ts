import type { Extension, ExtensionMessage } from '@tlsmith/codec';
import { TlsMisuse, type Version } from '@tlsmith/types';
import type { Negotiated } from './negotiated.ts';

/** Messages in which a module's extension may stand; `certificate` is the message of either role. */
export type ModuleMessage = Exclude<ExtensionMessage, 'hello_retry_request' | 'new_session_ticket'>;

/** What is known before ServerHello. */
export interface OfferFacts {
  /** The versions on offer, in order of preference. */
  readonly versions: readonly Version[];
  /** The name that goes out in server_name. */
  readonly serverName: string | undefined;
  readonly alpn: readonly string[];
}

/** What is agreed on when a module answers or learns the answer. */
export type ModuleFacts = Pick<Negotiated, 'version' | 'suite' | 'group' | 'alpn' | 'serverName' | 'resumed'>;

/** What the extension holds in a message; never for a message that its schemas do not list. */
export type Body<Bodies, M extends ModuleMessage> = M extends keyof Bodies ? Bodies[M] : never;

/** Messages in which a server answers a ClientHello. */
export type AnswerMessage = 'server_hello' | 'tls12_server_hello' | 'encrypted_extensions' | 'certificate';

/** A server's answers by message; those of messages that this handshake does not have are not sent. */
export type ModuleAnswers<Bodies> = {
  readonly [M in AnswerMessage & keyof Bodies]?: Bodies[M] | undefined;
};

/**
 * What a client does with the extension. All of it is synchronous, and may throw rows: `violation(row, facts)` sends the
 * row's alert and ends the connection with a `TlsViolation`.
 */
export interface ClientModule<Bodies, Result> {
  /** What ClientHello says (RFC 9846 §4.2.2); undefined leaves the extension out. Asked once, a second hello repeats it. */
  offer(facts: OfferFacts): Body<Bodies, 'client_hello'> | undefined;
  /** The server's answers, told once, when its Finished has proved them to be its own; there is at least one. */
  accept(
    answers: ModuleAnswers<Bodies>,
    offered: Body<Bodies, 'client_hello'>,
    facts: ModuleFacts,
  ): Result | undefined;
  /** Instead of `accept` when the server did not answer: a result to do with, nothing, or a row to insist. */
  ifMissing?(offered: Body<Bodies, 'client_hello'>, facts: ModuleFacts): Result | undefined;
  /** What our certificate says where CertificateRequest asks (RFC 9846 §4.5.1); undefined says nothing. */
  certify?(
    requested: Body<Bodies, 'certificate_request'>,
    facts: ModuleFacts,
  ): Body<Bodies, 'certificate'> | undefined;
}

/** What a server does with the extension; as in {@link ClientModule} all of it may throw rows. */
export interface ServerModule<Bodies, Result> {
  /** The answers to what the client offers, and what this side makes of it. */
  answer(
    offered: Body<Bodies, 'client_hello'>,
    facts: ModuleFacts,
  ): ModuleAnswers<Bodies> & { readonly result?: Result | undefined };
  /** Instead of `answer` when the client did not offer it, or TLS 1.2 has no place for the answer. */
  ifMissing?(facts: ModuleFacts): Result | undefined;
  /** What CertificateRequest asks for (RFC 9846 §4.4.2); undefined asks for nothing. */
  request?(facts: ModuleFacts): Body<Bodies, 'certificate_request'> | undefined;
  /** What came of `request`, told once the client's Finished is checked; undefined without such a certificate. Replaces the result. */
  accept?(
    certificate: Body<Bodies, 'certificate'> | undefined,
    requested: Body<Bodies, 'certificate_request'>,
    facts: ModuleFacts & { readonly result: Result | undefined },
  ): Result | undefined;
}

/** What {@link defineExtension} takes. */
export interface ModuleParts<Bodies extends object, Result> {
  /** Number, name and a schema for each message in which it may stand. */
  readonly extension: Extension<Bodies>;
  /** A role without behaviour does not use the extension. */
  readonly client?: ClientModule<Bodies, Result>;
  readonly server?: ServerModule<Bodies, Result>;
}

/** A TLS extension's behaviour as a value, for `extensions` in the options of either role. Made by {@link defineExtension}. */
export interface ExtensionModule<Result = unknown> extends ModuleParts<AnyBodies, unknown> {
  readonly [result]: Result;
}
declare const result: unique symbol;

/** What a module's messages hold, for those who do not know which module it is. */
export type AnyBodies = Readonly<Record<ModuleMessage, unknown>>;

/**
 * Checks and freezes a module. The rules of RFC 9846 §4.3 hold for its extension as for ours: an answer that was not asked
 * for, a message that no schema lists, an extension twice, bytes left over are all refused before it is asked.
 *
 * A handshake keeps the extension's bytes and never the module's values, and the result as it is: make it plain data.
 *
 * @throws {TlsMisuse} `extension-type`; `extension-message` for a schema that ClientHello lacks or that no module is asked for.
 * @example
 * ```ts
 * import { empty } from '@tlsmith/codec';
 * import { defineExtension, extensionResult } from '@tlsmith/handshake';
 * const polite = defineExtension<{ client_hello: true; encrypted_extensions: true }, 'polite'>({
 *   extension: {
 *     type: 0xff42,
 *     name: 'politeness',
 *     section: 'RFC 9846 §4.3',
 *     in: { client_hello: empty, encrypted_extensions: empty },
 *   },
 *   client: { offer: () => true, accept: () => 'polite' },
 *   server: { answer: () => ({ encrypted_extensions: true, result: 'polite' }) },
 * });
 * // after the handshake: extensionResult(socket.negotiated, polite) is 'polite', or undefined
 * ```
 */
export function defineExtension<Bodies extends object, Result>(
  parts: ModuleParts<Bodies, Result>,
): ExtensionModule<Result> {
  const { type, name, in: schemas } = parts.extension;
  if (!(Number.isInteger(type) && type >= 0 && type <= 0xffff)) {
    throw new TlsMisuse('extension-type', `the type of ${name} is a whole number from 0 to 65,535`);
  }
  const odd = Object.keys(schemas).find((message) => !messages.has(message));
  if (odd !== undefined || !('client_hello' in schemas)) {
    throw new TlsMisuse(
      'extension-message',
      `${name} needs a schema for client_hello, and others for ${[...messages].join(', ')} alone`,
    );
  }
  return Object.freeze({ ...parts }) as object as ExtensionModule<Result>;
}

/**
 * What a module made of its extension in this handshake; undefined where it was not negotiated, or before the handshake
 * is done.
 */
export function extensionResult<Result>(
  negotiated: Pick<Negotiated, 'extensions'> | undefined,
  { extension }: ExtensionModule<Result>,
): Result | undefined {
  return negotiated?.extensions[extension.type] as Result | undefined;
}

const messages: ReadonlySet<string> = new Set<ModuleMessage>([
  'client_hello',
  'server_hello',
  'tls12_server_hello',
  'encrypted_extensions',
  'certificate_request',
  'certificate',
]);
