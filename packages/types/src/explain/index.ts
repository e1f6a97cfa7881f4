export { nameOf } from './names.ts';
export {
  alertDescriptions,
  certificateStatusTypes,
  cipherSuites,
  clientCertificateTypes,
  compressionMethods,
  contentTypes,
  ecPointFormats,
  extensionTypes,
  handshakeTypes,
  namedGroups,
  protocolVersions,
  pskKeyExchangeModes,
  signatureSchemes,
} from './registries.gen.ts';
export { explainViolation, type ViolationCode, type ViolationText, violationText } from './violations.ts';
