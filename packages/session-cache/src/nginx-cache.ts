import { TlsMisuse } from '@tlsmith/types';
import { parseNginxNumber, parseNginxSize, wrongValue } from './nginx-value.ts';

/** A zone of shared memory: whoever gives the same name shares the cache. */
export interface NginxZoneSize {
  readonly name: string;
  /** At least 32,768: eight pages. */
  readonly bytes: number;
}

/**
 * What `ssl_session_cache` says:
 * - `off`: sessions are not resumed by ID, and the client is told so: the session ID is empty;
 * - `none`: the client gets a session ID, and nothing is kept. nginx's default;
 * - `builtin`: in this process, so many sessions (0 for any number), 20,480 by `default`;
 * - `shared`: in a zone that threads share;
 * - both: looked up in `builtin` first, then in `shared`; kept in both.
 *
 * Tickets do not depend on it, but where they are off, TLS 1.3 resumes by the cache.
 */
export type NginxSessionCache =
  | 'off'
  | 'none'
  | { readonly builtin: number | 'default'; readonly shared?: NginxZoneSize }
  | { readonly builtin?: never; readonly shared: NginxZoneSize };

/** Sessions of a builtin cache without a size. */
export const builtinSessions = 20_480;

/**
 * Reads the value of `ssl_session_cache`: what nginx takes means what nginx makes of it, and what nginx refuses is
 * refused. Among `off`, `none` and `builtin` the last counts, and so does the last `shared`.
 *
 * @param where Where the value stands, for the message.
 * @throws {TlsMisuse} `nginx-value`, naming the part that is wrong and what is allowed; `zone-conflict` for a name with
 *   two sizes.
 * @example
 * ```ts
 * import { parseSslSessionCache } from '@tlsmith/session-cache';
 * parseSslSessionCache('builtin:1000 shared:SSL:10m');
 * // { builtin: 1000, shared: { name: 'SSL', bytes: 10485760 } }
 * ```
 */
export function parseSslSessionCache(value: string, where?: string): NginxSessionCache {
  const parts = value.split(/[ \t\r\n]+/).filter((part) => part !== '');
  if (parts.length === 0) throw wrongValue('no value', { directive, where }, allowed);
  let own: 'off' | 'none' | number | 'default' | undefined;
  const zones: NginxZoneSize[] = [];
  for (const part of parts) {
    if (part.startsWith('shared:')) zones.push(agreeing(zone(part, where), zones, where));
    else own = ownCache(part, where);
  }
  const shared = zones.at(-1);
  if (own === 'off' || own === 'none') return own;
  if (shared === undefined) return { builtin: own ?? 'default' };
  return own === undefined ? { shared } : { builtin: own, shared };
}

/**
 * The same as text, in nginx's form.
 *
 * @example
 * ```ts
 * import { formatSslSessionCache } from '@tlsmith/session-cache';
 * formatSslSessionCache({ builtin: 'default', shared: { name: 'SSL', bytes: 1_048_576 } }); // 'builtin shared:SSL:1m'
 * ```
 */
export function formatSslSessionCache(cache: NginxSessionCache): string {
  if (typeof cache === 'string') return cache;
  const { builtin, shared } = cache;
  const own = builtin === undefined ? [] : [builtin === 'default' ? 'builtin' : `builtin:${builtin}`];
  const zones = shared === undefined ? [] : [`shared:${shared.name}:${size(shared.bytes)}`];
  return [...own, ...zones].join(' ');
}

/**
 * Checks a value that was not read from text.
 *
 * @throws {TlsMisuse} as {@link parseSslSessionCache}.
 */
export function checkedSessionCache(cache: NginxSessionCache): NginxSessionCache {
  const text = formatSslSessionCache(cache);
  if (typeof cache !== 'string' && /[\s:]/.test(cache.shared?.name ?? '')) {
    throw new TlsMisuse(
      'nginx-value',
      `"${cache.shared?.name}" in ${directive}: names have no spaces and no colons`,
    );
  }
  return parseSslSessionCache(text);
}

/**
 * The zone itself.
 *
 * @throws {TlsMisuse} `zone-conflict` when one of the others has its name and another size.
 */
export function agreeing(
  zone: NginxZoneSize,
  others: readonly NginxZoneSize[],
  where?: string,
): NginxZoneSize {
  const other = others.find(({ name, bytes }) => name === zone.name && bytes !== zone.bytes);
  if (other === undefined) return zone;
  const sizes = `the size ${zone.bytes} of shared memory zone "${zone.name}" conflicts with already declared size ${other.bytes}`;
  throw new TlsMisuse('zone-conflict', `${sizes} in ${directive}${where === undefined ? '' : `, ${where}`}`);
}

function ownCache(part: string, where: string | undefined): 'off' | 'none' | number | 'default' {
  if (part === 'off' || part === 'none') return part;
  if (part === 'builtin') return 'default';
  const sessions = part.startsWith('builtin:') ? parseNginxNumber(part.slice('builtin:'.length)) : undefined;
  if (sessions === undefined)
    throw wrongValue(`invalid session cache "${part}"`, { directive, where }, allowed);
  return sessions;
}

function zone(part: string, where: string | undefined): NginxZoneSize {
  const [, name = '', amount = ''] = /^shared:([^:]+):(.*)$/.exec(part) ?? [];
  const bytes = parseNginxSize(amount);
  if (bytes === undefined) throw wrongValue(`invalid session cache "${part}"`, { directive, where }, allowed);
  if (bytes >= 32_768) return { name, bytes };
  throw wrongValue(`session cache "${part}" is too small`, { directive, where }, 'at least 32k');
}

function size(bytes: number): string {
  if (bytes % 1_048_576 === 0 && bytes > 0) return `${bytes / 1_048_576}m`;
  return bytes % 1024 === 0 && bytes > 0 ? `${bytes / 1024}k` : String(bytes);
}

const directive = 'ssl_session_cache';
const allowed =
  'allowed are off, none, builtin, builtin:sessions, shared:name:size (bytes, or with k or m), or builtin and shared';
