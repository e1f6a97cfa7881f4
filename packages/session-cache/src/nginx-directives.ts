import { TlsMisuse } from '@tlsmith/types';
import { agreeing, type NginxZoneSize, parseSslSessionCache } from './nginx-cache.ts';
import { type NginxSessionOptions, parseSslSessionTickets, parseSslSessionTimeout } from './nginx-options.ts';

/** What lines of an nginx configuration say of sessions; `ticketKeyFiles` are paths, to be read. */
export interface NginxDirectives extends Omit<NginxSessionOptions, 'sessionTicketKeys'> {
  readonly ticketKeyFiles: readonly string[];
}

/**
 * Reads `ssl_session_cache`, `ssl_session_timeout`, `ssl_session_tickets` and `ssl_session_ticket_key` as they stand in
 * an nginx configuration: words and quoted strings up to a semicolon, comments from `#`.
 *
 * @param file The text's name, for messages.
 * @throws {TlsMisuse} `nginx-value` for a wrong value, `nginx-directive` for an unknown or repeated directive, a wrong
 *   number of values, or a missing semicolon, `zone-conflict` for a shared cache with two sizes; the message says in which line.
 * @example
 * ```ts
 * import { nginxSessions, parseNginxDirectives } from '@tlsmith/session-cache';
 * import { readTicketKeyFiles } from '@tlsmith/session-cache/node';
 * const { ticketKeyFiles, ...rest } = parseNginxDirectives('ssl_session_cache builtin;\nssl_session_timeout 1h;');
 * const options = { ...rest, sessionTicketKeys: readTicketKeyFiles(ticketKeyFiles, '/etc/nginx') };
 * ```
 */
export function parseNginxDirectives(text: string, file: string = 'nginx'): NginxDirectives {
  let result: NginxDirectives = { ticketKeyFiles: [] };
  const zones: NginxZoneSize[] = [];
  const seen = new Set<string>();
  for (const { words, line } of statements(text, file)) {
    const [name = '', ...values] = words;
    const where = `${file}:${line}`;
    if (values.length === 0 || (values.length > 1 && name !== 'ssl_session_cache')) {
      throw wrong(`invalid number of arguments in "${name}" directive`, where);
    }
    if (seen.has(name) && onceOnly.has(name)) throw wrong(`"${name}" directive is duplicate`, where);
    seen.add(name);
    result = { ...result, ...setting(name, values, { where, before: result }) };
    const { sessionCache = 'none' } = result;
    if (typeof sessionCache === 'object' && sessionCache.shared !== undefined) {
      zones.push(agreeing(sessionCache.shared, zones, where));
    }
  }
  return result;
}

function setting(
  name: string,
  values: readonly string[],
  { where, before }: { readonly where: string; readonly before: NginxDirectives },
): Partial<NginxDirectives> {
  const [value = ''] = values;
  switch (name) {
    case 'ssl_session_cache':
      return { sessionCache: parseSslSessionCache(values.join(' '), where) };
    case 'ssl_session_timeout':
      return { sessionTimeout: parseSslSessionTimeout(value, where) };
    case 'ssl_session_tickets':
      return { sessionTickets: parseSslSessionTickets(value, where) };
    case 'ssl_session_ticket_key':
      return { ticketKeyFiles: [...before.ticketKeyFiles, value] };
    default:
      throw wrong(
        `unknown directive "${name}"`,
        `${where}: known are ssl_session_cache, ssl_session_timeout, ssl_session_tickets, ssl_session_ticket_key`,
      );
  }
}

interface Statement {
  readonly words: readonly string[];
  readonly line: number;
}

function* statements(text: string, file: string): Generator<Statement> {
  let words: string[] = [];
  let line = 1;
  for (const [token] of text.matchAll(tokens)) {
    if (token === ';') {
      if (words.length === 0) throw wrong('unexpected ";"', `${file}:${line}`);
      yield { words, line };
      words = [];
    } else if (!/^[\s#]/.test(token)) {
      words.push(/^["']/.test(token) ? token.slice(1, -1) : token);
    }
    line += token.split('\n').length - 1;
  }
  if (words.length > 0)
    throw wrong(`unexpected end of file, expecting ";" after "${words.at(-1)}"`, `${file}:${line}`);
}

const wrong = (what: string, where: string): TlsMisuse =>
  new TlsMisuse('nginx-directive', `${what} in ${where}`);

const onceOnly: ReadonlySet<string> = new Set(['ssl_session_timeout', 'ssl_session_tickets']);
// White space, a comment, a quoted string, a semicolon, or a word.
const tokens = /\s+|#[^\n]*|"[^"]*"|'[^']*'|;|[^\s;]+/g;
