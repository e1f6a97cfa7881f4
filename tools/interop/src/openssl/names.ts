import {
  type CipherSuite,
  groups,
  type NamedGroup,
  type SignatureScheme,
  schemes,
  suites,
} from '@tlsmith/types';

/** OpenSSL's name of a cipher suite: for TLS 1.3 the IANA name, for TLS 1.2 its own. */
export function opensslSuite({ version, name }: CipherSuite): string {
  if (version === 'tls13') return name;
  const own = name.replace('TLS_', '').replace('_WITH', '').replace('AES_', 'AES').replaceAll('_', '-');
  return own.replace(/^RSA-/, '').replace('CHACHA20-POLY1305-SHA256', 'CHACHA20-POLY1305');
}

/** The IANA name of a suite that OpenSSL, curl or nginx printed; the printed name where we do not know it. */
export function ianaSuite(printed: string): string {
  return Object.values(suites).find((suite) => opensslSuite(suite) === printed)?.name ?? printed;
}

/** The common name in a subject as Node or OpenSSL print it; '' for none. */
export function commonName(subject: string): string {
  return /CN ?= ?([^,\n/]+)/.exec(subject)?.[1]?.trim() ?? '';
}

/** OpenSSL's name of a group. */
export const opensslGroup = ({ name }: NamedGroup): string =>
  name.replace(/^secp(\d+)r1$/, 'P-$1').replace(/^x/, 'X');

/** The IANA name of a group as OpenSSL prints it: `X25519`, `prime256v1`, `secp384r1`. */
export function ianaGroup(printed: string): string {
  const name = printed.replace('prime256v1', 'secp256r1').toLowerCase();
  return Object.values(groups).find((group) => group.name === name)?.name ?? printed;
}

/** How OpenSSL prints a signature: its type and, save for EdDSA, its digest. */
export function opensslSignature({ name }: SignatureScheme): string {
  const [kind] = name.split('_') as [string];
  const digest = /sha\d+$/.exec(name)?.[0].toUpperCase();
  if (digest === undefined) return kind.replace('ed', 'Ed');
  return `${kind === 'ecdsa' ? 'ECDSA' : name.includes('_pss_') ? 'RSA-PSS' : 'RSA'} ${digest}`;
}

/** The IANA name of a printed signature; of several that print alike, the first of `among`. */
export function ianaScheme(
  printed: string,
  among: readonly SignatureScheme[] = Object.values(schemes),
): string {
  return among.find((scheme) => opensslSignature(scheme) === printed)?.name ?? printed;
}
