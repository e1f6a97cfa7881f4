import { hasExtension, readExtension, type ServerHello, sentinelOf, supportedVersions } from '@tlsmith/codec';
import { protocolVersion, type Version, violation, violations } from '@tlsmith/types';
import { onServerHello12 } from '../client12/server-hello.ts';
import { onServerHello13 } from '../client13/server-hello.ts';
import type { MessageEvent } from '../event.ts';
import type { ClientPolicy } from '../policy.ts';
import type { In, Landing } from './states.ts';

type Landings =
  | 'client13/wait-encrypted-extensions'
  | 'client12/wait-certificate'
  | 'client12/wait-new-session-ticket'
  | 'client12/wait-change-cipher-spec';

/** The version fork: everything that both versions' hellos have in common is judged here. */
export function* onServerHello(
  state: In<'client/wait-server-hello'>,
  event: MessageEvent<'server_hello', ServerHello>,
  policy: ClientPolicy,
): Landing<Landings> {
  const version = versionOf(event.body, policy);
  if (version === 'tls13') return yield* onServerHello13(state, event, policy);
  return yield* onServerHello12(state, { ...event, body: notDowngraded(event.body, policy) }, policy);
}

/** After a HelloRetryRequest the version is the one that it named (RFC 9846 §4.2.4). */
export function* onServerHelloAfterRetry(
  state: In<'client/wait-server-hello-after-retry'>,
  event: MessageEvent<'server_hello', ServerHello>,
  policy: ClientPolicy,
): Landing<'client13/wait-encrypted-extensions'> {
  const named = hasExtension(event.body.extensions, supportedVersions);
  if (!named || versionOf(event.body, policy) !== 'tls13') {
    throw violation(violations.unofferedVersion, { after: 'hello_retry_request' });
  }
  return yield* onServerHello13(state, event, policy);
}

/** The negotiated version: supported_versions if it is there, else the legacy field (RFC 9846 §4.3.1). */
function versionOf(hello: ServerHello, policy: ClientPolicy): Version {
  const selected = readExtension(hello.extensions, supportedVersions, 'server_hello');
  if (selected !== undefined) {
    if (!policy.versions.includes('tls13')) {
      throw violation(violations.unsolicitedExtension, { type: supportedVersions.type });
    }
    if (selected !== protocolVersion.tls13) throw violation(violations.unofferedVersion, { selected });
    if (hello.legacyVersion !== protocolVersion.tls12) {
      throw violation(violations.badLegacyVersion, { legacyVersion: hello.legacyVersion });
    }
    return 'tls13';
  }
  const offered = hello.legacyVersion === protocolVersion.tls12 && policy.versions.includes('tls12');
  if (!offered) throw violation(violations.unsupportedVersion, { legacyVersion: hello.legacyVersion });
  return 'tls12';
}

/** A server that could have spoken TLS 1.3 says so in its random value (RFC 9846 §4.2.3). */
function notDowngraded(hello: ServerHello, policy: ClientPolicy): ServerHello {
  const sentinel = sentinelOf(hello.random);
  const couldDoBetter = policy.versions.includes('tls13') ? sentinel !== undefined : sentinel === 'tls11';
  if (couldDoBetter) throw violation(violations.downgradeSentinel, { sentinel });
  return hello;
}
