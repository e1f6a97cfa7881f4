/** Every row that this repository raises, by code in camel case. Sentences: `@tlsmith/types/explain`. */
export const violations = {
  // Order and framing of messages.
  unexpectedMessage: { code: 'unexpected-message', alert: 'unexpected_message', blame: 'broken' },
  keyChangeNotAligned: { code: 'key-change-not-aligned', alert: 'unexpected_message', blame: 'broken' },
  flightNotAligned: { code: 'flight-not-aligned', alert: 'unexpected_message', blame: 'broken' },
  malformedMessage: { code: 'malformed-message', alert: 'decode_error', blame: 'broken' },
  messageTooLong: { code: 'message-too-long', alert: 'decode_error', blame: 'broken' },
  duplicateExtension: { code: 'duplicate-extension', alert: 'illegal_parameter', blame: 'broken' },
  forbiddenExtension: { code: 'forbidden-extension', alert: 'illegal_parameter', blame: 'broken' },
  unsolicitedExtension: { code: 'unsolicited-extension', alert: 'unsupported_extension', blame: 'broken' },
  tooManyWarnings: { code: 'too-many-warnings', alert: 'unexpected_message', blame: 'broken' },
  tooManyEmptyRecords: { code: 'too-many-empty-records', alert: 'unexpected_message', blame: 'broken' },
  tooManyKeyUpdates: { code: 'too-many-key-updates', alert: 'unexpected_message', blame: 'broken' },

  // Records.
  unknownContentType: { code: 'unknown-content-type', alert: 'unexpected_message', blame: 'broken' },
  recordVersion: { code: 'record-version', alert: 'protocol_version', blame: 'broken' },
  recordOverflow: { code: 'record-overflow', alert: 'record_overflow', blame: 'broken' },
  badRecordMac: { code: 'bad-record-mac', alert: 'bad_record_mac', blame: 'broken' },
  noContentType: { code: 'no-content-type', alert: 'unexpected_message', blame: 'broken' },
  emptyHandshakeRecord: { code: 'empty-handshake-record', alert: 'unexpected_message', blame: 'broken' },
  emptyAlertRecord: { code: 'empty-alert-record', alert: 'unexpected_message', blame: 'broken' },
  malformedAlert: { code: 'malformed-alert', alert: 'decode_error', blame: 'broken' },
  unknownAlertLevel: { code: 'unknown-alert-level', alert: 'illegal_parameter', blame: 'broken' },
  interleavedMessage: { code: 'interleaved-message', alert: 'unexpected_message', blame: 'broken' },
  plaintextRecord: { code: 'plaintext-record', alert: 'unexpected_message', blame: 'broken' },
  badChangeCipherSpec: { code: 'bad-change-cipher-spec', alert: 'unexpected_message', blame: 'broken' },
  unexpectedChangeCipherSpec: {
    code: 'unexpected-change-cipher-spec',
    alert: 'unexpected_message',
    blame: 'broken',
  },
  tooManyChangeCipherSpecs: {
    code: 'too-many-change-cipher-specs',
    alert: 'unexpected_message',
    blame: 'broken',
  },
  unexpectedApplicationData: {
    code: 'unexpected-application-data',
    alert: 'unexpected_message',
    blame: 'broken',
  },
  sequenceNumberOverflow: { code: 'sequence-number-overflow', alert: 'internal_error', blame: 'broken' },

  // Version.
  noCommonVersion: { code: 'no-common-version', alert: 'protocol_version', blame: 'incompatible' },
  unofferedVersion: { code: 'unoffered-version', alert: 'illegal_parameter', blame: 'broken' },
  unsupportedVersion: { code: 'unsupported-version', alert: 'protocol_version', blame: 'incompatible' },
  badLegacyVersion: { code: 'bad-legacy-version', alert: 'protocol_version', blame: 'broken' },
  downgradeSentinel: { code: 'downgrade-sentinel', alert: 'illegal_parameter', blame: 'broken' },
  inappropriateFallback: {
    code: 'inappropriate-fallback',
    alert: 'inappropriate_fallback',
    blame: 'incompatible',
  },

  // ClientHello.
  noNullCompression: { code: 'no-null-compression', alert: 'illegal_parameter', blame: 'broken' },
  compressionInTls13: { code: 'compression-in-tls13', alert: 'illegal_parameter', blame: 'broken' },
  pskNotLast: { code: 'psk-not-last', alert: 'illegal_parameter', blame: 'broken' },
  missingPskModes: { code: 'missing-psk-modes', alert: 'missing_extension', blame: 'broken' },
  missingSupportedGroups: { code: 'missing-supported-groups', alert: 'missing_extension', blame: 'broken' },
  missingKeyShareFromClient: {
    code: 'missing-key-share-from-client',
    alert: 'missing_extension',
    blame: 'broken',
  },
  missingSignatureAlgorithms: {
    code: 'missing-signature-algorithms',
    alert: 'missing_extension',
    blame: 'broken',
  },
  keyShareForUnofferedGroup: {
    code: 'key-share-for-unoffered-group',
    alert: 'illegal_parameter',
    blame: 'broken',
  },
  duplicateKeyShare: { code: 'duplicate-key-share', alert: 'illegal_parameter', blame: 'broken' },
  invalidKeyShare: { code: 'invalid-key-share', alert: 'illegal_parameter', blame: 'broken' },
  noCommonCipherSuite: { code: 'no-common-cipher-suite', alert: 'handshake_failure', blame: 'incompatible' },
  noCommonGroup: { code: 'no-common-group', alert: 'handshake_failure', blame: 'incompatible' },
  noCommonSignatureScheme: {
    code: 'no-common-signature-scheme',
    alert: 'handshake_failure',
    blame: 'incompatible',
  },
  noUsableCredential: { code: 'no-usable-credential', alert: 'handshake_failure', blame: 'incompatible' },
  noCommonApplicationProtocol: {
    code: 'no-common-application-protocol',
    alert: 'no_application_protocol',
    blame: 'incompatible',
  },
  unrecognizedName: { code: 'unrecognized-name', alert: 'unrecognized_name', blame: 'incompatible' },
  noUncompressedPoints: { code: 'no-uncompressed-points', alert: 'illegal_parameter', blame: 'broken' },
  binderCountMismatch: { code: 'binder-count-mismatch', alert: 'illegal_parameter', blame: 'broken' },
  binderMismatch: { code: 'binder-mismatch', alert: 'decrypt_error', blame: 'broken' },
  secondHelloChanged: { code: 'second-hello-changed', alert: 'illegal_parameter', blame: 'broken' },
  secondHelloWrongShare: { code: 'second-hello-wrong-share', alert: 'illegal_parameter', blame: 'broken' },
  extendedMasterSecretDropped: {
    code: 'extended-master-secret-dropped',
    alert: 'handshake_failure',
    blame: 'broken',
  },

  // ServerHello and HelloRetryRequest.
  sessionIdNotEchoed: { code: 'session-id-not-echoed', alert: 'illegal_parameter', blame: 'broken' },
  unofferedCipherSuite: { code: 'unoffered-cipher-suite', alert: 'illegal_parameter', blame: 'broken' },
  cipherSuiteOfOtherVersion: {
    code: 'cipher-suite-of-other-version',
    alert: 'illegal_parameter',
    blame: 'broken',
  },
  compressionChosen: { code: 'compression-chosen', alert: 'illegal_parameter', blame: 'broken' },
  missingKeyShare: { code: 'missing-key-share', alert: 'missing_extension', blame: 'broken' },
  missingKeyShareUnderPsk: {
    code: 'missing-key-share-under-psk',
    alert: 'illegal_parameter',
    blame: 'broken',
  },
  unofferedGroup: { code: 'unoffered-group', alert: 'illegal_parameter', blame: 'broken' },
  unofferedPsk: { code: 'unoffered-psk', alert: 'illegal_parameter', blame: 'broken' },
  pskHashMismatch: { code: 'psk-hash-mismatch', alert: 'illegal_parameter', blame: 'broken' },
  missingSupportedVersions: {
    code: 'missing-supported-versions',
    alert: 'missing_extension',
    blame: 'broken',
  },
  retryWithoutChange: { code: 'retry-without-change', alert: 'illegal_parameter', blame: 'broken' },
  retryForSentShare: { code: 'retry-for-sent-share', alert: 'illegal_parameter', blame: 'broken' },
  retryChangedSuite: { code: 'retry-changed-suite', alert: 'illegal_parameter', blame: 'broken' },
  secondRetry: { code: 'second-retry', alert: 'unexpected_message', blame: 'broken' },
  resumedUnofferedSession: { code: 'resumed-unoffered-session', alert: 'illegal_parameter', blame: 'broken' },
  resumedWithOtherSuite: { code: 'resumed-with-other-suite', alert: 'illegal_parameter', blame: 'broken' },
  missingServerRenegotiationInfo: {
    code: 'missing-server-renegotiation-info',
    alert: 'handshake_failure',
    blame: 'incompatible',
  },
  missingClientRenegotiationInfo: {
    code: 'missing-client-renegotiation-info',
    alert: 'handshake_failure',
    blame: 'incompatible',
  },
  renegotiationInfoMismatch: {
    code: 'renegotiation-info-mismatch',
    alert: 'handshake_failure',
    blame: 'broken',
  },
  missingExtendedMasterSecret: {
    code: 'missing-extended-master-secret',
    alert: 'handshake_failure',
    blame: 'incompatible',
  },

  // Extensions of the server.
  unofferedApplicationProtocol: {
    code: 'unoffered-application-protocol',
    alert: 'illegal_parameter',
    blame: 'broken',
  },

  // Authentication.
  emptyServerCertificate: { code: 'empty-server-certificate', alert: 'decode_error', blame: 'broken' },
  certificateRequired: { code: 'certificate-required', alert: 'certificate_required', blame: 'incompatible' },
  certificateRequired12: {
    code: 'certificate-required-tls12',
    alert: 'handshake_failure',
    blame: 'incompatible',
  },
  tooManyCertificates: { code: 'too-many-certificates', alert: 'bad_certificate', blame: 'broken' },
  certificateKeyMismatch: { code: 'certificate-key-mismatch', alert: 'illegal_parameter', blame: 'broken' },
  unofferedSignatureScheme: {
    code: 'unoffered-signature-scheme',
    alert: 'illegal_parameter',
    blame: 'broken',
  },
  schemeNotForKey: { code: 'scheme-not-for-key', alert: 'illegal_parameter', blame: 'broken' },
  badSignature: { code: 'bad-signature', alert: 'decrypt_error', blame: 'broken' },
  finishedMismatch: { code: 'finished-mismatch', alert: 'decrypt_error', blame: 'broken' },
  certificateRequestContext: {
    code: 'certificate-request-context',
    alert: 'illegal_parameter',
    blame: 'broken',
  },

  // After the handshake.
  renegotiation: { code: 'renegotiation', alert: 'handshake_failure', blame: 'incompatible' },
  badKeyUpdateRequest: { code: 'bad-key-update-request', alert: 'illegal_parameter', blame: 'broken' },
} as const;
