import {
  allowedExtensions,
  type Certificate13,
  type CertificateEntry,
  type CertificateRequest13,
  certificateAuthorities,
  readExtension,
  signatureAlgorithms,
  signedCertificateTimestamp,
  statusRequest,
} from '@tlsmith/codec';
import { append } from '@tlsmith/key-schedule';
import { type Bytes, violation, violations } from '@tlsmith/types';
import { authenticatePeer } from '../ask.ts';
import { go, type In, type Landing } from '../client/states.ts';
import { answeredExtensions } from '../client/answered.ts';
import type { MessageEvent } from '../event.ts';
import { ofModules, recorded, structures } from '../modules.ts';
import type { ClientPolicy, CommonPolicy } from '../policy.ts';

/** CertificateRequest: the server wants to know us (RFC 9846 §4.4.2). */
export function* onCertificateRequest(
  state: In<'client13/wait-certificate-or-request'>,
  event: MessageEvent<'certificate_request', CertificateRequest13>,
  policy: ClientPolicy,
): Landing<'client13/wait-certificate'> {
  const { at: _at, ...known } = state;
  const { certificateRequestContext: context, extensions } = event.body;
  // Non-empty contexts are for post-handshake authentication.
  if (context.length > 0) throw violation(violations.certificateRequestContext, { length: context.length });
  const allowed = allowedExtensions(extensions, 'certificate_request', structures(policy));
  const schemes = readExtension(allowed, signatureAlgorithms, 'certificate_request');
  if (schemes === undefined) throw violation(violations.missingSignatureAlgorithms);
  const authorities = readExtension(allowed, certificateAuthorities, 'certificate_request') ?? [];
  const log = append(state.log, 'certificate_request', event.raw);
  const requested = { context, schemes, authorities, modules: ofModules(policy, allowed) };
  return go('client13/wait-certificate', { ...known, log, requested });
}

/** Certificate: the server's chain is judged before its signature is (RFC 9846 §4.5.1). */
export function* onCertificate(
  state: In<'client13/wait-certificate-or-request' | 'client13/wait-certificate'>,
  event: MessageEvent<'certificate', Certificate13>,
  policy: ClientPolicy,
): Landing<'client13/wait-certificate-verify'> {
  const { certificateRequestContext: context, certificateList } = event.body;
  if (context.length > 0) throw violation(violations.certificateRequestContext, { length: context.length });
  const [leaf] = certificateList;
  if (leaf === undefined) throw violation(violations.emptyServerCertificate);
  const chain = certificateChain(event.body, state.offered, policy);
  const authenticated = yield* authenticatePeer({
    chain,
    role: 'server',
    serverName: policy.serverName,
    ocsp: readExtension(leaf.extensions, statusRequest, 'certificate')?.body,
    scts: readExtension(leaf.extensions, signedCertificateTimestamp, 'certificate') ?? [],
    keyExchange: 'signature',
  });
  const { at: _at, ...known } = state;
  const requested = state.at === 'client13/wait-certificate' ? state.requested : undefined;
  const log = append(state.log, 'server_certificate', event.raw);
  const modules = recorded(state.modules, 'certificate', leaf.extensions);
  const facts = { ...known, modules, log, requested, peer: { chain, authenticated } };
  return go('client13/wait-certificate-verify', facts);
}

/** The DER certificates of a TLS 1.3 Certificate message, whose extensions must answer ours. */
export function certificateChain(
  { certificateList }: Certificate13,
  offered: readonly number[],
  policy: CommonPolicy,
): readonly Bytes[] {
  const limit = policy.limits.certificates;
  if (certificateList.length > limit) {
    throw violation(violations.tooManyCertificates, { certificates: certificateList.length, limit });
  }
  const answered = (entry: CertificateEntry): CertificateEntry => ({
    ...entry,
    extensions: answeredExtensions(entry.extensions, 'certificate', offered, policy),
  });
  return certificateList.map((entry) => answered(entry).certData);
}
