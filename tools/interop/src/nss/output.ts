import { alertDescription, suites } from '@tlsmith/types';
import type { VersionName } from '../cell.ts';
import { commonName } from '../openssl/names.ts';
import type { Result } from '../side.ts';

/** What tstclnt or selfserv tells of one connection with `-v`; both count how often they resumed, from their start. */
export function nssReport(printed: string, resumptionsBefore: number): Result {
  const version = versions[/SSL version (3\.\d)/.exec(printed)?.[1] ?? ''];
  if (version === undefined) return nssFaults(printed);
  return {
    ...nssFaults(printed),
    version,
    suite: suiteIn(printed, version),
    peerScheme: /Signature Scheme: (\S+)/.exec(printed)?.[1],
    resumed: resumptionsIn(printed) > resumptionsBefore,
    peerName: commonName(/subject DN: (.*)/.exec(printed)?.[1] ?? ''),
  };
}

/** How often a program has resumed so far. */
export const resumptionsIn = (printed: string): number =>
  Number([...printed.matchAll(/(\d+) cache hits/g)].at(-1)?.[1] ?? 0);

/** An alert is an error's name in NSS; which alert it sent itself it does not say. */
function nssFaults(printed: string): Result {
  const error = /SEC_ERROR_\w+|SSL_ERROR_\w+/.exec(printed)?.[0] ?? '';
  const alert = /^SSL_ERROR_(?:RX_)?(\w+)_ALERT$/.exec(error)?.[1]?.toLowerCase() ?? '';
  return { alert: alert in alertDescription ? alert : error === '' ? '' : undefined, error };
}

function suiteIn(printed: string, version: VersionName): string | undefined {
  const cipher = /using (\d+)-bit (\S+)/.exec(printed);
  const aead = cipher?.[2] === 'AES-GCM' ? `aes-${cipher[1]}-gcm` : (cipher?.[2]?.toLowerCase() ?? '');
  const [, authentication, exchange] =
    /Server Auth: \d+-bit (.+), Key Exchange: \d+-bit (.+)/.exec(printed) ?? [];
  return Object.values(suites).find((suite) => {
    if (suite.aead.name !== aead) return false;
    if (suite.version === 'tls13') return version === '1.3';
    const proven = suite.authentication === authentication?.toLowerCase().split(/[- ]/)[0];
    return version === '1.2' && proven && suite.keyExchange === exchange?.toLowerCase();
  })?.name;
}

const versions: Readonly<Record<string, VersionName>> = { '3.3': '1.2', '3.4': '1.3' };
