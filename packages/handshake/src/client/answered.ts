import {
  allowedExtensions,
  type Codec,
  decode,
  type ExtensionList,
  type ExtensionMessage,
  type RawExtension,
} from '@tlsmith/codec';
import { violation, violations } from '@tlsmith/types';
import { type Modular, structures } from '../modules.ts';
import type { ClientPolicy } from '../policy.ts';

/**
 * The rules for the extensions of an answer: none unasked for, none where it does not belong, none with bytes left over
 * (RFC 9846 §4.3).
 *
 * @throws {TlsViolation} `unsolicited-extension`. {@link DecodeError} for the others.
 */
export function answeredExtensions(
  extensions: ExtensionList | undefined,
  message: ExtensionMessage,
  offered: readonly number[],
  policy: Modular,
): ExtensionList {
  const unasked = extensions?.find(({ type }) => !offered.includes(type));
  if (unasked !== undefined)
    throw violation(violations.unsolicitedExtension, { type: unasked.type, message });
  const known = structures(policy);
  return allowedExtensions(extensions, message, known).filter((raw) => wellFormed(raw, message, known));
}

/** What nobody reads later is read here: an acknowledgement with content is not one. Filters nothing, throws instead. */
function wellFormed(
  { type, body }: RawExtension,
  message: ExtensionMessage,
  known: ReturnType<typeof structures>,
): boolean {
  const bodies = known.get(type)?.in as Readonly<Record<string, Codec<unknown>>> | undefined;
  const codec = bodies?.[message];
  return codec === undefined || decode(codec, body) !== undefined;
}

/**
 * The server's protocol, if it is one of ours (RFC 7301 §3.2).
 *
 * @throws {TlsViolation} `unoffered-application-protocol`.
 */
export function chosenProtocol(name: string | undefined, policy: ClientPolicy): string | undefined {
  if (name !== undefined && !policy.alpn.includes(name)) {
    throw violation(violations.unofferedApplicationProtocol, { name });
  }
  return name;
}
