export { AlertMessage } from './alert.ts';
export {
  applicationLayerProtocolNegotiation,
  protocolName,
} from './extensions/application-layer-protocol-negotiation.ts';
export { certificateAuthorities } from './extensions/certificate-authorities.ts';
export { compressCertificate } from './extensions/compress-certificate.ts';
export { cookie } from './extensions/cookie.ts';
export { earlyData } from './extensions/early-data.ts';
export { ecPointFormats } from './extensions/ec-point-formats.ts';
export { empty } from './extensions/empty.ts';
export { encryptThenMac } from './extensions/encrypt-then-mac.ts';
export { extendedMainSecret } from './extensions/extended-main-secret.ts';
export {
  allowedExtensions,
  type Extension,
  type ExtensionList,
  type ExtensionMessage,
  extensionList,
  hasExtension,
  type RawExtension,
  rawExtension,
  readExtension,
} from './extensions/extension.ts';
export { KeyShareEntry, keyShare } from './extensions/key-share.ts';
export { bodyOf, knownExtensions } from './extensions/known.ts';
export { maxFragmentLength } from './extensions/max-fragment-length.ts';
export { type OidFilter, oidFilters } from './extensions/oid-filters.ts';
export { padding } from './extensions/padding.ts';
export { postHandshakeAuth } from './extensions/post-handshake-auth.ts';
export { bindersLength, OfferedPsks, type PskIdentity, preSharedKey } from './extensions/pre-shared-key.ts';
export { pskKeyExchangeMode, pskKeyExchangeModes } from './extensions/psk-key-exchange-modes.ts';
export { recordSizeLimit } from './extensions/record-size-limit.ts';
export { cipherSuite, namedGroup, protocolVersionCode, signatureScheme } from './extensions/registries.ts';
export { renegotiationInfo } from './extensions/renegotiation-info.ts';
export { hostNameList, hostNameOf, type ServerName, serverName } from './extensions/server-name.ts';
export { sessionTicket } from './extensions/session-ticket.ts';
export { signatureAlgorithms, signatureAlgorithmsCert } from './extensions/signature-algorithms.ts';
export { signedCertificateTimestamp } from './extensions/signed-certificate-timestamp.ts';
export {
  CertificateStatus,
  type CertificateStatusRequest,
  type OcspStatusRequest,
  statusRequest,
} from './extensions/status-request.ts';
export { supportedGroups } from './extensions/supported-groups.ts';
export { supportedVersions } from './extensions/supported-versions.ts';
export {
  type Bodies12,
  type Bodies13,
  decodeMessage,
  handshakeCodec,
  handshakeType,
  type Message,
  type Message12,
  type Message13,
  type MessageContext,
  type MessageName,
  type MessageOf,
  message12,
  message13,
  messageCodec,
  type UnknownMessage,
} from './handshake.ts';
export { inspectMessage } from './inspect-message.ts';
export { Certificate12, Certificate13, type CertificateEntry } from './messages/certificate.ts';
export {
  CertificateRequest12,
  CertificateRequest13,
  clientCertificateType,
} from './messages/certificate-request.ts';
export { CertificateVerify } from './messages/certificate-verify.ts';
export { ClientHello } from './messages/client-hello.ts';
export {
  type ClientKeyExchange,
  EcdheClientKeyExchange,
  RsaClientKeyExchange,
} from './messages/client-key-exchange.ts';
export { EncryptedExtensions } from './messages/encrypted-extensions.ts';
export { EndOfEarlyData } from './messages/end-of-early-data.ts';
export { Finished } from './messages/finished.ts';
export { HelloRequest } from './messages/hello-request.ts';
export { KeyUpdate, keyUpdateRequest } from './messages/key-update.ts';
export { NewSessionTicket12, NewSessionTicket13 } from './messages/new-session-ticket.ts';
export {
  downgradeSentinel,
  HelloRetryRequest,
  helloRetryRequestRandom,
  legacyVersion,
  ServerHello,
  ServerHello12,
  sentinelOf,
  serverHelloKind,
} from './messages/server-hello.ts';
export { ServerHelloDone } from './messages/server-hello-done.ts';
export {
  namedCurveType,
  ServerECDHParams,
  ServerKeyExchange,
  signedServerKeyExchange,
} from './messages/server-key-exchange.ts';
export { type BodyReader, type Inspection, Reader, type SpanSchema } from './reader.ts';
export {
  type Codec,
  decode,
  encode,
  fixed,
  inspect,
  list,
  mapped,
  opaque,
  optional,
  type Range,
  refine,
  rest,
  select,
  sized,
  struct,
  uint,
  vector,
} from './schema.ts';
export {
  decodeClientSession,
  decodeServerSession,
  encodeClientSession,
  encodeServerSession,
} from './session.ts';
export { leaves, type Span, type SpanRow, type SpanValue, spanRows } from './span.ts';
export { Writer } from './writer.ts';
