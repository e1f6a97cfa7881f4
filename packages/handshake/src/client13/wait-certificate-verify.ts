import type { CertificateVerify } from '@tlsmith/codec';
import { append, transcriptHash } from '@tlsmith/key-schedule';
import type { PeerAuthenticated } from '../ask.ts';
import { signedContent13, verifyPossession } from '../certificate-verify.ts';
import { go, type In, type Landing } from '../client/states.ts';
import type { MessageEvent } from '../event.ts';
import type { ClientPolicy } from '../policy.ts';

/** CertificateVerify: the server has the key of its certificate (RFC 9846 §4.5.2). */
export function* onCertificateVerify(
  state: In<'client13/wait-certificate-verify'>,
  event: MessageEvent<'certificate_verify', CertificateVerify>,
  policy: ClientPolicy,
): Landing<'client13/wait-finished'> {
  const covered = yield* transcriptHash(state.suite.hash, state.log, 'server_certificate');
  const authenticated = state.peer.authenticated as PeerAuthenticated;
  const accepted = { version: 'tls13' as const, schemes: policy.schemes };
  const { scheme } = yield* verifyPossession(
    event.body,
    signedContent13('server', covered),
    authenticated,
    accepted,
  );
  const { at: _at, ...known } = state;
  return go('client13/wait-finished', {
    ...known,
    log: append(state.log, 'server_certificate_verify', event.raw),
    negotiated: {
      ...state.negotiated,
      peerScheme: scheme.name,
      peerChain: state.peer.chain,
      peer: authenticated,
    },
  });
}
