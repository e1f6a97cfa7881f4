export type { AlgorithmIdentifier } from './algorithm.ts';
export { type AnchorConstraints, type TrustAnchor, trustAnchor, trustAnchors } from './anchor.ts';
export { constrainedAnchor } from './anchor-constraints.ts';
export { type Budget, defaultBudget } from './budget.ts';
export {
  type Certificate,
  inspectCertificate,
  isSelfIssued,
  parseCertificate,
  usableKey,
} from './certificate.ts';
export { type CertificateRevocationList, crlsFromPem, inspectCrl, parseCrl } from './crl/crl.ts';
export type { EntrySummary, RevokedCertificate } from './crl/entry.ts';
export type { IssuingDistributionPoint } from './crl/issuing-distribution-point.ts';
export { findRevoked, revokedCertificates } from './crl/lookup.ts';
export type { RevocationReason } from './crl/reason.ts';
export { type CheckRule, checkRules } from './check-rule.ts';
export { type Explanation, explainRejection } from './explain.ts';
export {
  type ChainExplanation,
  type ExplainedCertificate,
  type ExplainedCheck,
  type ExplainedPath,
  explain,
} from './explain-chain.ts';
export type { Extension, KnownExtensions } from './extension.ts';
export type { ExtensionOf } from './extension-list.ts';
export type { AccessDescription } from './extensions/access.ts';
export type { BasicConstraints } from './extensions/basic-constraints.ts';
export type { DistributionPoint } from './extensions/distribution-points.ts';
export type { AuthorityKeyIdentifier } from './extensions/key-identifiers.ts';
export type { KeyUse } from './extensions/key-usage.ts';
export type { NameConstraints } from './extensions/name-constraints.ts';
export type { PolicyConstraints, PolicyInformation, PolicyMapping } from './extensions/policies.ts';
export type { Fetchable, FetchAsk } from './fetch.ts';
export { describeGeneralName, type GeneralName, type NameForm } from './general-name.ts';
export { isHostName, matchesName, type ReferenceIdentity, referenceIdentity } from './hostname.ts';
export { formatIp, parseIp } from './ip.ts';
export { type LeafUsage, leafUsage } from './leaf-usage.ts';
export { type Attribute, describeName, type Name, sameName } from './name.ts';
export type { NameIdentity } from './name-identity.ts';
export { oidName } from './oid.ts';
export type {
  BasicOcspResponse,
  CertStatus,
  ResponderId,
  SingleResponse,
} from './ocsp/basic-response.ts';
export type { CertificateId } from './ocsp/certificate-id.ts';
export { checkOcspResponse, type OcspCheck } from './ocsp/check.ts';
export { type OcspRequestOptions, ocspRequest } from './ocsp/request.ts';
export {
  inspectOcspResponse,
  type OcspResponse,
  type OcspResponseStatus,
  parseOcspResponse,
} from './ocsp/response.ts';
export { certificatesFromPem, type PemBlock, pemBlocks, toPem } from './pem.ts';
export { type Fingerprint, fingerprint, type PinnedLeaf, verifyPinnedLeaf } from './pin.ts';
export type { PolicyInputs } from './policy.ts';
export type { Profile } from './profile.ts';
export { keyPurposes, type Purpose } from './purpose.ts';
export { publicSuffixes } from './public-suffix.ts';
export { type RejectionCode, rejections } from './rejection.ts';
export type { Revocation } from './revocation/options.ts';
export type { CertificateStatus, StatusProblem, StatusSource } from './revocation/status.ts';
export { type Check, type CheckName, describeReport, type Failure } from './report.ts';
export type { CertificateKey, UnusableKey } from './spki.ts';
export {
  certificateScts,
  ocspScts,
  readSctList,
  type SctItem,
  type SctSource,
  type SignedCertificateTimestamp,
  type UnknownTimestamp,
} from './sct.ts';
export { type SignatureMemory, signatureMemory } from './signature-memory.ts';
export { formatTime } from './time.ts';
export {
  type CheckedSct,
  checkTransparency,
  type SctVerdict,
  type Transparency,
  type TransparencyRequest,
} from './transparency.ts';
export { type LogWindows, type TransparencyLog, transparencyLog } from './transparency-log.ts';
export { browserTransparencyPolicy, type TransparencyPolicy } from './transparency-policy.ts';
export type { SearchAsk } from './search.ts';
export {
  type ChainRequest,
  type FetchingChainRequest,
  reportOf,
  type VerifiedChain,
  verifyChain,
} from './verify.ts';
export type { WeakAlgorithm } from './weak.ts';
