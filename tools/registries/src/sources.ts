/** Where one exported registry comes from. */
export interface Source {
  /** The name it is exported under. */
  readonly name: string;
  /** What the registry is called, with the RFC that defines it. */
  readonly title: string;
  readonly file: string;
  /** How many octets a value takes on the wire. */
  readonly octets: 1 | 2;
}

export const sources: readonly Source[] = [
  { name: 'cipherSuites', title: 'TLS Cipher Suites (RFC 9846 §11)', file: 'cipher-suites.csv', octets: 2 },
  { name: 'extensionTypes', title: 'ExtensionType (RFC 9846 §4.3)', file: 'extension-types.csv', octets: 2 },
  {
    name: 'signatureSchemes',
    title: 'SignatureScheme (RFC 9846 §4.3.3)',
    file: 'signature-schemes.csv',
    octets: 2,
  },
  { name: 'namedGroups', title: 'NamedGroup (RFC 9846 §4.3.7)', file: 'supported-groups.csv', octets: 2 },
  { name: 'contentTypes', title: 'ContentType (RFC 9846 §5.1)', file: 'content-types.csv', octets: 1 },
  { name: 'handshakeTypes', title: 'HandshakeType (RFC 9846 §4)', file: 'handshake-types.csv', octets: 1 },
  {
    name: 'alertDescriptions',
    title: 'AlertDescription (RFC 9846 §6)',
    file: 'alert-descriptions.csv',
    octets: 1,
  },
  {
    name: 'pskKeyExchangeModes',
    title: 'PskKeyExchangeMode (RFC 9846 §4.3.9)',
    file: 'psk-key-exchange-modes.csv',
    octets: 1,
  },
  {
    name: 'compressionMethods',
    title: 'CompressionMethod (RFC 5246 §7.4.1.2)',
    file: 'compression-methods.csv',
    octets: 1,
  },
  {
    name: 'certificateStatusTypes',
    title: 'CertificateStatusType (RFC 6066 §8)',
    file: 'certificate-status-types.csv',
    octets: 1,
  },
  {
    name: 'clientCertificateTypes',
    title: 'ClientCertificateType (RFC 5246 §7.4.4)',
    file: 'client-certificate-types.csv',
    octets: 1,
  },
  {
    name: 'ecPointFormats',
    title: 'ECPointFormat (RFC 8422 §5.1.2)',
    file: 'ec-point-formats.csv',
    octets: 1,
  },
  {
    name: 'protocolVersions',
    title: 'ProtocolVersion (RFC 9846 §4.2.2)',
    file: 'protocol-versions.csv',
    octets: 2,
  },
];

const root = new URL('../../../', import.meta.url);

export const dataFolder: URL = new URL('tools/registries/data/', root);
export const generatedFile: URL = new URL('packages/types/src/explain/registries.gen.ts', root);
