import type { AlertName } from './alert.ts';
import { defineViolation, type Violation } from './violation.ts';

const broken = <const Code extends string>(code: Code, alert: AlertName): Violation<Code> =>
  defineViolation({ code, alert, blame: 'broken' });
const incompatible = <const Code extends string>(code: Code, alert: AlertName): Violation<Code> =>
  defineViolation({ code, alert, blame: 'incompatible' });

/** Every row that this repository raises, by code in camel case. Sentences: `@tlsmith/types/explain`. */
export const violations = {
  // Order and framing of messages.
  unexpectedMessage: broken('unexpected-message', 'unexpected_message'),
  keyChangeNotAligned: broken('key-change-not-aligned', 'unexpected_message'),
  malformedMessage: broken('malformed-message', 'decode_error'),
  messageTooLong: broken('message-too-long', 'decode_error'),
  duplicateExtension: broken('duplicate-extension', 'illegal_parameter'),
  forbiddenExtension: broken('forbidden-extension', 'illegal_parameter'),
  unsolicitedExtension: broken('unsolicited-extension', 'unsupported_extension'),
  tooManyWarnings: broken('too-many-warnings', 'unexpected_message'),
  tooManyEmptyRecords: broken('too-many-empty-records', 'unexpected_message'),
  tooManyKeyUpdates: broken('too-many-key-updates', 'unexpected_message'),
  tooManyTickets: broken('too-many-tickets', 'unexpected_message'),

  // Records.
  unknownContentType: broken('unknown-content-type', 'unexpected_message'),
  recordVersion: broken('record-version', 'protocol_version'),
  recordOverflow: broken('record-overflow', 'record_overflow'),
  recordTooShort: broken('record-too-short', 'decode_error'),
  badRecordMac: broken('bad-record-mac', 'bad_record_mac'),
  noContentType: broken('no-content-type', 'unexpected_message'),
  emptyHandshakeRecord: broken('empty-handshake-record', 'unexpected_message'),
  emptyAlertRecord: broken('empty-alert-record', 'unexpected_message'),
  malformedAlert: broken('malformed-alert', 'decode_error'),
  unknownAlertLevel: broken('unknown-alert-level', 'illegal_parameter'),
  interleavedMessage: broken('interleaved-message', 'unexpected_message'),
  plaintextRecord: broken('plaintext-record', 'unexpected_message'),
  badChangeCipherSpec: broken('bad-change-cipher-spec', 'unexpected_message'),
  unexpectedChangeCipherSpec: broken('unexpected-change-cipher-spec', 'unexpected_message'),
  tooManyChangeCipherSpecs: broken('too-many-change-cipher-specs', 'unexpected_message'),
  unexpectedApplicationData: broken('unexpected-application-data', 'unexpected_message'),
  sequenceNumberOverflow: broken('sequence-number-overflow', 'internal_error'),

  // Version.
  noCommonVersion: incompatible('no-common-version', 'protocol_version'),
  unofferedVersion: broken('unoffered-version', 'illegal_parameter'),
  unsupportedVersion: incompatible('unsupported-version', 'protocol_version'),
  badLegacyVersion: broken('bad-legacy-version', 'illegal_parameter'),
  downgradeSentinel: broken('downgrade-sentinel', 'illegal_parameter'),
  inappropriateFallback: incompatible('inappropriate-fallback', 'inappropriate_fallback'),

  // ClientHello.
  noNullCompression: broken('no-null-compression', 'illegal_parameter'),
  compressionInTls13: broken('compression-in-tls13', 'illegal_parameter'),
  pskNotLast: broken('psk-not-last', 'illegal_parameter'),
  missingPskModes: broken('missing-psk-modes', 'missing_extension'),
  missingSupportedGroups: broken('missing-supported-groups', 'missing_extension'),
  missingKeyShareFromClient: broken('missing-key-share-from-client', 'missing_extension'),
  missingSignatureAlgorithms: broken('missing-signature-algorithms', 'missing_extension'),
  keyShareForUnofferedGroup: broken('key-share-for-unoffered-group', 'illegal_parameter'),
  duplicateKeyShare: broken('duplicate-key-share', 'illegal_parameter'),
  invalidKeyShare: broken('invalid-key-share', 'illegal_parameter'),
  noCommonCipherSuite: incompatible('no-common-cipher-suite', 'handshake_failure'),
  noCommonGroup: incompatible('no-common-group', 'handshake_failure'),
  noCommonSignatureScheme: incompatible('no-common-signature-scheme', 'handshake_failure'),
  noUsableCredential: incompatible('no-usable-credential', 'handshake_failure'),
  noCommonApplicationProtocol: incompatible('no-common-application-protocol', 'no_application_protocol'),
  unrecognizedName: incompatible('unrecognized-name', 'unrecognized_name'),
  noUncompressedPoints: broken('no-uncompressed-points', 'illegal_parameter'),
  binderCountMismatch: broken('binder-count-mismatch', 'illegal_parameter'),
  binderMismatch: broken('binder-mismatch', 'decrypt_error'),
  secondHelloChanged: broken('second-hello-changed', 'illegal_parameter'),
  secondHelloWrongShare: broken('second-hello-wrong-share', 'illegal_parameter'),
  extendedMasterSecretDropped: broken('extended-master-secret-dropped', 'handshake_failure'),
  extendedMasterSecretAdded: broken('extended-master-secret-added', 'handshake_failure'),

  // ServerHello and HelloRetryRequest.
  sessionIdNotEchoed: broken('session-id-not-echoed', 'illegal_parameter'),
  unofferedCipherSuite: broken('unoffered-cipher-suite', 'illegal_parameter'),
  cipherSuiteOfOtherVersion: broken('cipher-suite-of-other-version', 'illegal_parameter'),
  compressionChosen: broken('compression-chosen', 'illegal_parameter'),
  missingKeyShare: broken('missing-key-share', 'missing_extension'),
  unofferedGroup: broken('unoffered-group', 'illegal_parameter'),
  unofferedPsk: broken('unoffered-psk', 'illegal_parameter'),
  pskHashMismatch: broken('psk-hash-mismatch', 'illegal_parameter'),
  retryWithoutChange: broken('retry-without-change', 'illegal_parameter'),
  retryForSentShare: broken('retry-for-sent-share', 'illegal_parameter'),
  retryChangedSuite: broken('retry-changed-suite', 'illegal_parameter'),
  secondRetry: broken('second-retry', 'unexpected_message'),
  resumedWithOtherSuite: broken('resumed-with-other-suite', 'illegal_parameter'),
  missingServerRenegotiationInfo: incompatible('missing-server-renegotiation-info', 'handshake_failure'),
  renegotiationInfoMismatch: broken('renegotiation-info-mismatch', 'handshake_failure'),
  missingExtendedMasterSecret: incompatible('missing-extended-master-secret', 'handshake_failure'),

  // Extensions of the server.
  unofferedApplicationProtocol: broken('unoffered-application-protocol', 'illegal_parameter'),
  malformedExtension: broken('malformed-extension', 'decode_error'),

  // Authentication.
  emptyServerCertificate: broken('empty-server-certificate', 'decode_error'),
  certificateRequired: incompatible('certificate-required', 'certificate_required'),
  certificateRequired12: incompatible('certificate-required-tls12', 'handshake_failure'),
  tooManyCertificates: broken('too-many-certificates', 'bad_certificate'),
  certificateKeyMismatch: broken('certificate-key-mismatch', 'illegal_parameter'),
  unofferedSignatureScheme: broken('unoffered-signature-scheme', 'illegal_parameter'),
  schemeNotForKey: broken('scheme-not-for-key', 'illegal_parameter'),
  badSignature: broken('bad-signature', 'decrypt_error'),
  finishedMismatch: broken('finished-mismatch', 'decrypt_error'),
  certificateRequestContext: broken('certificate-request-context', 'illegal_parameter'),
  unexpectedCertificateRequestUnderPsk: broken(
    'unexpected-certificate-request-under-psk',
    'unexpected_message',
  ),
  unrequestedCertificateStatus: broken('unrequested-certificate-status', 'unexpected_message'),

  // After the handshake.
  renegotiation: incompatible('renegotiation', 'no_renegotiation'),
  badKeyUpdateRequest: broken('bad-key-update-request', 'illegal_parameter'),
  ticketLifetimeTooLong: broken('ticket-lifetime-too-long', 'illegal_parameter'),
} as const;
