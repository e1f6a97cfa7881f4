export { type AlertLevel, type AlertName, alertDescription, alertLevel, alertName } from './alert.ts';
export {
  type CryptoAsk,
  compute,
  cryptoAnswer,
  type HashAsk,
  type HmacAsk,
  hash,
  hmac,
  type RandomAsk,
  random,
  type VerifyAsk,
  verify,
} from './ask.ts';
export {
  type Bytes,
  compare,
  concat,
  copyBytes,
  equal,
  fromHex,
  fromUtf8,
  noBytes,
  toHex,
  uint,
  utf8,
} from './bytes.ts';
export { type Epoch, protocolVersion, type Role, type Side, type Version } from './epoch.ts';
export {
  CertificateRejected,
  ConnectionFailed,
  DecodeError,
  type Facts,
  isCertificateRejected,
  isConnectionFailed,
  isDecodeError,
  isPeerAlert,
  isTlsMisuse,
  isTlsViolation,
  PeerAlert,
  type Rejection,
  TlsMisuse,
  TlsViolation,
  type Violation,
} from './errors.ts';
export { type GroupName, groups, type NamedGroup } from './group.ts';
export type {
  AeadAlgorithm,
  AeadKey,
  CryptoProvider,
  HashName,
  KeyExchangeAlgorithm,
  KeyExchangeKey,
  KeyType,
  MlDsa,
  OwnAlgorithm,
  ProviderSupport,
  PublicKey,
  SignatureAlgorithm,
  SignatureVerification,
  SigningKey,
} from './provider.ts';
export { RecentlyUsed } from './recently-used.ts';
export { type SchemeName, type SignatureScheme, schemes } from './scheme.ts';
export { isSecret, type Secret, type SecretKind, secret } from './secret.ts';
export type {
  ClientSession,
  ClientSession12,
  ClientSession13,
  ClientSessionCommon,
  ServerSession,
} from './session.ts';
export {
  type AeadInfo,
  aes128Gcm,
  aes256Gcm,
  type CipherSuite,
  type CipherSuite12,
  type CipherSuite13,
  chacha20Poly1305,
  type HashInfo,
  sha256,
  sha384,
  type SuiteName12,
  type SuiteName13,
  sha512,
  suites,
} from './suite.ts';
export { defineViolation, violation } from './violation.ts';
export { violations } from './violations.ts';
export { type Answer, type Asker, type Awaitable, drive, isThenable, type Work } from './work.ts';
