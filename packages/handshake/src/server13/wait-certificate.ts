import {
  type Certificate13,
  type CertificateVerify,
  readExtension,
  signatureAlgorithms,
  signedCertificateTimestamp,
  statusRequest,
} from '@tlsmith/codec';
import { append, transcriptHash } from '@tlsmith/key-schedule';
import { violation, violations } from '@tlsmith/types';
import { authenticatePeer } from '../ask.ts';
import { signedContent13, verifyPossession } from '../certificate-verify.ts';
import { certificateChain } from '../client13/wait-certificate.ts';
import type { MessageEvent } from '../event.ts';
import { recorded } from '../modules.ts';
import type { ServerPolicy } from '../policy.ts';
import { go, type In, type Landing } from '../server/states.ts';

// CertificateRequest asked for signature_algorithms alone, to which no certificate extension answers, and for what modules
// want (RFC 9846 §4.5.1).
const ownQuestions: readonly number[] = [signatureAlgorithms.type];

/** The client's Certificate: empty, or judged at once (RFC 9846 §4.5.1.3). */
export function* onCertificate(
  state: In<'server13/wait-certificate'>,
  event: MessageEvent<'certificate', Certificate13>,
  policy: ServerPolicy,
): Landing<'server13/wait-certificate-verify' | 'server13/wait-finished'> {
  const { at: _at, ...known } = state;
  const { certificateRequestContext: context, certificateList } = event.body;
  if (context.length > 0) throw violation(violations.certificateRequestContext, { length: context.length });
  const log = append(state.log, 'client_certificate', event.raw);
  const [leaf] = certificateList;
  if (leaf === undefined) {
    if (policy.clientAuthentication === 'require') throw violation(violations.certificateRequired);
    return go('server13/wait-finished', { ...known, log });
  }
  const asked = [...ownQuestions, ...state.modules.map(({ type }) => type)];
  const chain = certificateChain(event.body, asked, policy);
  const authenticated = yield* authenticatePeer({
    chain,
    role: 'client',
    serverName: undefined,
    ocsp: readExtension(leaf.extensions, statusRequest, 'certificate')?.body,
    scts: readExtension(leaf.extensions, signedCertificateTimestamp, 'certificate') ?? [],
    keyExchange: 'signature',
  });
  const modules = recorded(state.modules, 'certificate', leaf.extensions);
  return go('server13/wait-certificate-verify', { ...known, modules, log, peer: { chain, authenticated } });
}

/** CertificateVerify: the client has the key of its certificate (RFC 9846 §4.5.2). */
export function* onCertificateVerify(
  state: In<'server13/wait-certificate-verify'>,
  event: MessageEvent<'certificate_verify', CertificateVerify>,
  policy: ServerPolicy,
): Landing<'server13/wait-finished'> {
  const { at: _at, peer, ...known } = state;
  const covered = yield* transcriptHash(state.suite.hash, state.log, 'client_certificate');
  const accepted = { version: 'tls13' as const, schemes: policy.schemes };
  const content = signedContent13('client', covered);
  const { scheme } = yield* verifyPossession(event.body, content, peer.authenticated, accepted);
  return go('server13/wait-finished', {
    ...known,
    log: append(state.log, 'client_certificate_verify', event.raw),
    negotiated: {
      ...state.negotiated,
      peerScheme: scheme.name,
      peerChain: peer.chain,
      peer: peer.authenticated,
    },
  });
}
