import { checkedSessionCache, type NginxSessionCache, parseSslSessionCache } from './nginx-cache.ts';
import { parseNginxTime, wrongValue } from './nginx-value.ts';
import type { TicketKeyFile } from './ticket-file.ts';

/** nginx's directives on sessions. What is left out is as nginx has it. */
export interface NginxSessionOptions {
  /** `ssl_session_cache`, as text or value; `none` by default. */
  readonly sessionCache?: string | Exclude<NginxSessionCache, string>;
  /** `ssl_session_timeout`: nginx's time as text, or seconds; `5m` by default. More than seven days count as seven. */
  readonly sessionTimeout?: string | number;
  /** `ssl_session_tickets`; `on` by default. */
  readonly sessionTickets?: 'on' | 'off';
  /**
   * `ssl_session_ticket_key`, in order: the first encrypts, all decrypt. Without any, keys are made here and change by
   * themselves; those of a shared cache are common to all who share it.
   */
  readonly sessionTicketKeys?: readonly TicketKeyFile[];
}

/** The same with nothing left out; `sessionTimeout` in seconds. */
export interface NginxSessionSettings {
  readonly sessionCache: NginxSessionCache;
  readonly sessionTimeout: number;
  readonly sessionTickets: 'on' | 'off';
  readonly sessionTicketKeys: readonly TicketKeyFile[];
}

/**
 * Checks the directives and fills in nginx's defaults.
 *
 * @throws {TlsMisuse} `nginx-value`, naming the directive, the wrong part, and what is allowed.
 * @example
 * ```ts
 * import { nginxSettings } from '@tlsmith/session-cache';
 * nginxSettings({ sessionTimeout: '1d' }).sessionTimeout; // 86400
 * ```
 */
export function nginxSettings(options: NginxSessionOptions): NginxSessionSettings {
  const { sessionCache = 'none', sessionTimeout = '5m', sessionTickets = 'on' } = options;
  return {
    sessionCache:
      typeof sessionCache === 'string'
        ? parseSslSessionCache(sessionCache)
        : checkedSessionCache(sessionCache),
    sessionTimeout: parseSslSessionTimeout(String(sessionTimeout)),
    sessionTickets: parseSslSessionTickets(sessionTickets),
    sessionTicketKeys: options.sessionTicketKeys ?? [],
  };
}

/**
 * Reads the value of `ssl_session_timeout` as seconds.
 *
 * @throws {TlsMisuse} `nginx-value`.
 */
export function parseSslSessionTimeout(value: string, where?: string): number {
  const seconds = parseNginxTime(value);
  if (seconds !== undefined) return seconds;
  throw wrongValue(
    `invalid time "${value}"`,
    { directive: 'ssl_session_timeout', where },
    'allowed are seconds, or numbers with y, M, w, d, h, m, s in this order, as in 1h30m',
  );
}

/**
 * Reads the value of `ssl_session_tickets`, in either case.
 *
 * @throws {TlsMisuse} `nginx-value`.
 */
export function parseSslSessionTickets(value: string, where?: string): 'on' | 'off' {
  const lower = value.toLowerCase();
  if (lower === 'on' || lower === 'off') return lower;
  throw wrongValue(
    `invalid value "${value}"`,
    { directive: 'ssl_session_tickets', where },
    'it must be "on" or "off"',
  );
}
