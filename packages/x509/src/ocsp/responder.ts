import { equal, hash, isCertificateRejected, type Work } from '@tlsmith/types';
import { type Certificate, parseCertificate } from '../certificate.ts';
import { signerChecks } from '../checks.ts';
import { checkNameConstraints } from '../constraints.ts';
import { crlStatus } from '../crl/status.ts';
import { accessUrls } from '../issuer-fetch.ts';
import { describeName, type Name, sameName } from '../name.ts';
import { oids } from '../oids.ts';
import { isExhausted } from '../report.ts';
import type { RevocationState } from '../revocation/state.ts';
import { problem, type StatusProblem, type StatusQuestion, type StatusSource } from '../revocation/status.ts';
import { passesAll, type Search, type SearchAsk, stop } from '../search.ts';
import { type Signed, signatureFault } from '../signed.ts';
import type { CertificateKey } from '../spki.ts';
import type { BasicOcspResponse, ResponderId } from './basic-response.ts';

/**
 * Why a response is not signed by somebody who may speak about a certificate (RFC 6960 §4.2.2.2): its issuer, or a
 * responder whose certificate that issuer's very key signed with the purpose OCSPSigning. Undefined when it is.
 */
export function* responderFault(
  state: RevocationState,
  response: BasicOcspResponse,
  question: StatusQuestion,
  source: StatusSource,
): Work<StatusProblem | undefined, SearchAsk> {
  const { issuer } = question;
  if (yield* isNamed(response.responderId, issuer)) {
    if (yield* isSignedBy(state.search, response, issuer.publicKey)) return undefined;
    return problem(source, 'bad-signature', { responder: describeName(issuer.subject) });
  }
  let found = problem(source, 'signer-unknown', { responder: describeResponder(response.responderId) });
  for (const responder of readable(response)) {
    if (!(yield* isNamed(response.responderId, responder))) continue;
    const fault = yield* delegationFault(state, responder, question);
    const facts = { responder: describeName(responder.subject) };
    if (fault !== undefined) found = problem(source, 'signer-not-authorized', { ...facts, fault });
    else if (yield* isSignedBy(state.search, response, responder.publicKey)) return undefined;
    else found = problem(source, 'bad-signature', facts);
  }
  return found;
}

// RFC 6960 §4.2.2.3: the identifier corresponds to the certificate that the response is signed with.
function* isNamed(
  { name, keyHash }: ResponderId,
  { subject, publicKey }: { readonly subject: Name; readonly publicKey: CertificateKey },
): Work<boolean, SearchAsk> {
  if (name !== undefined) return sameName(name, subject);
  return equal(keyHash, yield* hash('sha1', publicKey.key));
}

function* isSignedBy(search: Search, signed: Signed, key: CertificateKey): Work<boolean, SearchAsk> {
  const fault = yield* signatureFault(search, signed, key);
  if (isExhausted(fault)) throw stop(search, fault);
  return fault === undefined;
}

function readable({ certificates }: BasicOcspResponse): readonly Certificate[] {
  return certificates.flatMap((der) => {
    try {
      return [parseCertificate(der)];
    } catch (error) {
      if (isCertificateRejected(error)) return [];
      throw error;
    }
  });
}

// Cheap things first, the signature of the issuer next, then whether the responder was revoked in turn.
function* delegationFault(
  state: RevocationState,
  responder: Certificate,
  question: StatusQuestion,
): Work<string | undefined, SearchAsk> {
  const { issuer, above, anchor } = question;
  const { search } = state;
  if (responder.extendedKeyUsage?.includes(oids.ocspSigning) !== true) return 'purpose';
  if (responder.keyUsage !== undefined && !responder.keyUsage.some((use) => signing.has(use))) {
    return 'key usage';
  }
  if (!sameName(responder.issuer, issuer.subject)) return 'another issuer';
  const aside = { ...search, report: [] };
  if (!passesAll(aside, { certificate: responder, part: 'leaf', below: [] }, signerChecks))
    return 'validity or key';
  if (checkNameConstraints([responder, ...above], anchor, search.purse) !== undefined)
    return 'name constraints';
  if (!(yield* isSignedBy(search, responder, issuer.publicKey))) return 'signature';
  return (yield* isRevoked(state, responder, question)) ? 'revocation' : undefined;
}

const signing: ReadonlySet<string> = new Set(['digitalSignature', 'nonRepudiation']);

// RFC 6960 §4.2.2.2.1: its issuer may exempt it; else CRLs tell. Other responses would only beg the question. Where the
// issuer says nothing about how to find out, it is up to us, and we believe it.
function* isRevoked(
  state: RevocationState,
  responder: Certificate,
  question: StatusQuestion,
): Work<boolean, SearchAsk> {
  if (responder.ocspNoCheck === true) return false;
  const { status } = yield* crlStatus(state, { ...question, certificate: responder });
  if (status !== 'unknown') return status === 'revoked';
  const isTold =
    responder.crlDistributionPoints !== undefined ||
    accessUrls(responder.authorityInfoAccess, oids.ocsp).length > 0;
  return isTold && state.mode === 'hard';
}

function describeResponder({ name }: ResponderId): string {
  return name === undefined ? 'a key' : describeName(name);
}
