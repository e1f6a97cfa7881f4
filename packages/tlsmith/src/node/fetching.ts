import { type Answer, type CryptoAsk, type CryptoProvider, cryptoAnswer } from '@tlsmith/types';
import { type Fetchable, type FetchAsk, parseIp } from '@tlsmith/x509';

/** Bounds of what one verification may fetch. */
export interface FetchLimits {
  /** Bytes of one answer, by kind: 64 KiB for a certificate or OCSP response and 8 MiB for a CRL when left out. */
  readonly bytes?: Partial<Readonly<Record<Fetchable, number>>>;
  /** Milliseconds for one answer; 5,000 when left out. */
  readonly timeout?: number;
  /** Milliseconds for all of them, from the first on; 10,000 when left out. */
  readonly totalTime?: number;
  /** How many things are fetched; 16 when left out. */
  readonly count?: number;
  /** How often one of them may be redirected; 3 when left out. */
  readonly redirects?: number;
  /**
   * Whether a URL may be asked, redirections included. Certificates name these URLs, and those of issuers are a
   * stranger's: {@link isPublicUrl} stands here when left out. It sees names, not the addresses that they lead to, so
   * that a machine with something to protect in its own network should look there, too.
   */
  permit?(url: URL): boolean;
}

/**
 * Answers the asks of one verification: cryptography from the provider, fetches from the network with Node's `fetch`,
 * within limits. What cannot be had, for whatever reason, is answered with nothing; the verification then decides.
 *
 * @example
 * ```ts
 * import { node } from '@tlsmith/crypto/node';
 * import { drive } from '@tlsmith/types';
 * import { type TrustAnchor, verifyChain } from '@tlsmith/x509';
 * import { fetchingAnswer } from 'tlsmith/node';
 * const check = (chain: Uint8Array[], anchors: TrustAnchor[]) =>
 *   drive(
 *     verifyChain({
 *       chain, anchors, at: Date.now(), purpose: 'server', name: { dns: 'example.com' },
 *       revocation: { mode: 'hard' }, fetch: ['issuer', 'ocsp', 'crl'],
 *     }),
 *     fetchingAnswer(node),
 *   );
 * ```
 */
export function fetchingAnswer(
  provider: CryptoProvider,
  limits: FetchLimits = {},
): Answer<CryptoAsk | FetchAsk> {
  const crypto = cryptoAnswer(provider);
  const fetch = fetcher({ ...defaults, ...limits, bytes: { ...defaults.bytes, ...limits.bytes } });
  return (ask, asker) => (ask.ask === 'fetch' ? fetch(ask, asker?.signal) : crypto(ask));
}

/** Whether a URL is one that authorities publish: plain HTTP to a host with a name of several labels. */
export function isPublicUrl({ protocol, hostname }: URL): boolean {
  // HTTPS would need another verification to end first (RFC 5280 §8); what is fetched here bears its own signature.
  if (protocol !== 'http:' || !hostname.includes('.')) return false;
  return (
    parseIp(hostname) === undefined && !/(^|\.)(localhost|local|internal|home\.arpa)\.?$/i.test(hostname)
  );
}

type Limits = Required<FetchLimits> & { readonly bytes: Readonly<Record<Fetchable, number>> };

const defaults: Limits = {
  bytes: { issuer: 65_536, ocsp: 65_536, crl: 8_388_608 },
  timeout: 5000,
  totalTime: 10_000,
  count: 16,
  redirects: 3,
  permit: isPublicUrl,
};

type Fetcher = (ask: FetchAsk, signal?: AbortSignal) => Promise<Uint8Array | undefined>;

function fetcher(limits: Limits): Fetcher {
  let left = limits.count;
  let deadline: AbortSignal | undefined;
  return async (ask, signal) => {
    left -= 1;
    if (left < 0) return undefined;
    deadline ??= AbortSignal.timeout(limits.totalTime);
    const ends = [deadline, AbortSignal.timeout(limits.timeout), ...(signal === undefined ? [] : [signal])];
    try {
      return await follow(ask, limits, AbortSignal.any(ends));
    } catch {
      // Unreachable, too slow, not HTTP: all the same to the verification.
      return undefined;
    }
  };
}

async function follow(ask: FetchAsk, limits: Limits, signal: AbortSignal): Promise<Uint8Array | undefined> {
  let request = requestFor(ask);
  for (let hop = 0; hop <= limits.redirects; hop++) {
    if (!limits.permit(request.url)) return undefined;
    const response = await fetch(request.url, { ...request.options, redirect: 'manual', signal });
    const to = response.headers.get('location');
    if (response.status === 200) return await bodyOf(response, limits.bytes[ask.what]);
    await response.body?.cancel();
    // Only a GET can be asked elsewhere without asking who that is.
    if (response.status < 300 || response.status > 399 || to === null || request.options.method !== 'GET')
      return undefined;
    request = { ...request, url: new URL(to, request.url) };
  }
  return undefined;
}

interface HttpRequest {
  readonly url: URL;
  readonly options: {
    readonly method: 'GET' | 'POST';
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: Uint8Array<ArrayBuffer>;
  };
}

// RFC 6960 appendix A.1; a short request goes into the URL, so that caches know it (RFC 5019 §5).
function requestFor({ what, url, request }: FetchAsk): HttpRequest {
  const accept = mediaTypes[what];
  if (request === undefined) return { url: new URL(url), options: { method: 'GET', headers: { accept } } };
  const encoded = encodeURIComponent(Buffer.from(request).toString('base64'));
  const asked = `${url}${url.endsWith('/') ? '' : '/'}${encoded}`;
  if (asked.length <= longestGet)
    return { url: new URL(asked), options: { method: 'GET', headers: { accept } } };
  const headers = { accept, 'content-type': 'application/ocsp-request' };
  return { url: new URL(url), options: { method: 'POST', headers, body: Uint8Array.from(request) } };
}

const longestGet = 255;

const mediaTypes: Readonly<Record<Fetchable, string>> = {
  issuer: 'application/pkix-cert, application/pkcs7-mime',
  crl: 'application/pkix-crl',
  ocsp: 'application/ocsp-response',
};

// A length that is announced may be a lie, so the bytes themselves are counted.
async function bodyOf(response: Response, most: number): Promise<Uint8Array | undefined> {
  if (Number(response.headers.get('content-length')) > most) {
    await response.body?.cancel();
    return undefined;
  }
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    // Leaving the loop cancels the rest.
    if (length > most) return undefined;
    chunks.push(chunk);
  }
  return Uint8Array.from(Buffer.concat(chunks));
}
