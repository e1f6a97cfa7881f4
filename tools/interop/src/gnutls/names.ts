import { type CipherSuite, type NamedGroup, groups, type SignatureScheme, suites } from '@tlsmith/types';
import type { ClientSetup } from '../side.ts';

/** GnuTLS's priority string for a setup. */
export function priorityOf({
  versions,
  suites: wanted,
  groups: named,
  schemes,
}: Pick<ClientSetup, 'versions' | 'suites' | 'groups' | 'schemes'>): string {
  return [
    'NORMAL:-VERS-ALL',
    ...versions.map((version) => `+VERS-TLS${version}`),
    ...(wanted === undefined ? [] : suiteWords(wanted)),
    ...(named === undefined ? [] : ['-GROUP-ALL', ...named.map((group) => `+GROUP-${groupWord(group)}`)]),
    ...(schemes === undefined
      ? []
      : ['-SIGN-ALL', ...schemes.flatMap(schemeWords).map((word) => `+SIGN-${word}`)]),
  ].join(':');
}

/** The IANA name of a suite in a line like `(TLS1.2-X.509)-(ECDHE-SECP256R1)-(RSA-SHA256)-(AES-256-GCM)`. */
export function suiteIn(description: string): string | undefined {
  const cipher = /\(([A-Z0-9-]+)\)$/.exec(description)?.[1];
  const signature = /-\((RSA|ECDSA|EdDSA)[^()]*\)-\([^()]*\)$/.exec(description)?.[1];
  const exchange = /X\.509\)-\((ECDHE|RSA)/.exec(description)?.[1];
  const found = Object.values(suites).filter((suite) => {
    if (cipherWord(suite) !== cipher) return false;
    if (suite.version === 'tls13') return description.startsWith('(TLS1.3');
    if (!description.startsWith('(TLS1.2') || suite.keyExchange !== exchange?.toLowerCase()) return false;
    return suite.keyExchange === 'rsa' || suite.authentication === (signature === 'RSA' ? 'rsa' : 'ecdsa');
  });
  return found.length === 1 ? found[0]?.name : undefined;
}

/** The IANA name of a group as GnuTLS writes it. */
export const groupIn = (description: string): string | undefined => {
  const word = /\(ECDHE-([A-Z0-9]+)\)/.exec(description)?.[1];
  return Object.values(groups).find((group) => groupWord(group) === word)?.name;
};

const groupWord = ({ name }: NamedGroup): string => name.toUpperCase();

/** ECDSA has one name in TLS 1.3, where the curve belongs to it, and another in TLS 1.2. */
function schemeWords({ name }: SignatureScheme): readonly string[] {
  if (name.startsWith('ed')) return [`EdDSA-${name.replace('ed', 'Ed')}`];
  const word = name.toUpperCase().replace('PKCS1_', '').replace('PSS_PSS', 'PSS').replaceAll('_', '-');
  return word.startsWith('ECDSA-') ? [word, word.replace(/SECP\d+R1-/, '')] : [word];
}

function suiteWords(wanted: readonly CipherSuite[]): readonly string[] {
  const exchanges = wanted.flatMap((suite) => {
    if (suite.version === 'tls13') return [];
    return suite.keyExchange === 'rsa' ? ['+RSA'] : [`+ECDHE-${suite.authentication.toUpperCase()}`];
  });
  const ciphers = wanted.map((suite) => `+${cipherWord(suite)}`);
  return ['-CIPHER-ALL', ...ciphers, ...(exchanges.length === 0 ? [] : ['-KX-ALL', ...exchanges])];
}

const cipherWord = ({ aead }: CipherSuite): string => aead.name.toUpperCase();
