import { allowedExtensions, knownExtensions, type ServerHello } from '@tlsmith/codec';
import { violation, violations } from '@tlsmith/types';
import type { ClientPolicy } from '../policy.ts';

/** The rules for the server's extensions: none unasked for, none where it does not belong (RFC 9846 §4.3). */
export function answeredExtensions(
  extensions: ServerHello['extensions'],
  message: Parameters<typeof allowedExtensions>[1],
  offered: readonly number[],
): ReturnType<typeof allowedExtensions> {
  const unasked = extensions?.find(({ type }) => !offered.includes(type));
  if (unasked !== undefined)
    throw violation(violations.unsolicitedExtension, { type: unasked.type, message });
  return allowedExtensions(extensions, message, knownExtensions);
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
