import { expect, test } from 'vitest';
import { parseNginxDirectives } from './nginx-directives.ts';
import { nginxSettings } from './nginx-options.ts';

test('directives are read as they stand in a configuration', () => {
  const text = `
    # sessions
    ssl_session_cache   builtin:1000   shared:SSL:10m;  # both
    ssl_session_timeout "1h 30m";
    ssl_session_tickets On; ssl_session_ticket_key 'keys/current.key';
    ssl_session_ticket_key
      keys/previous.key;`;
  expect(parseNginxDirectives(text)).toEqual({
    sessionCache: { builtin: 1000, shared: { name: 'SSL', bytes: 10_485_760 } },
    sessionTimeout: 5400,
    sessionTickets: 'on',
    ticketKeyFiles: ['keys/current.key', 'keys/previous.key'],
  });
});

test('nothing said is what nginx does by itself', () => {
  expect(parseNginxDirectives(' # nothing\n')).toEqual({ ticketKeyFiles: [] });
  expect(nginxSettings({})).toEqual({
    sessionCache: 'none',
    sessionTimeout: 300,
    sessionTickets: 'on',
    sessionTicketKeys: [],
  });
});

test('of caches the last counts', () => {
  const { sessionCache } = parseNginxDirectives('ssl_session_cache shared:a:1m; ssl_session_cache none;');
  expect(sessionCache).toBe('none');
});

const known = 'known are ssl_session_cache, ssl_session_timeout, ssl_session_tickets, ssl_session_ticket_key';
test.each([
  [
    '\n\nssl_session_cache foo;',
    /^invalid session cache "foo" in ssl_session_cache, site\.conf:3: allowed are off/,
  ],
  [
    'ssl_session_timeout\n 1x;',
    /^invalid time "1x" in ssl_session_timeout, site\.conf:2: allowed are seconds/,
  ],
  [
    'ssl_session_tickets yes;',
    /^invalid value "yes" in ssl_session_tickets, site\.conf:1: it must be "on" or "off"$/,
  ],
  [
    'ssl_session_timeout;',
    /^invalid number of arguments in "ssl_session_timeout" directive in site\.conf:1$/,
  ],
  ['ssl_session_tickets on off;', /^invalid number of arguments in "ssl_session_tickets"/],
  [
    'ssl_session_timeout 1m;\nssl_session_timeout 1m;',
    /^"ssl_session_timeout" directive is duplicate in site\.conf:2$/,
  ],
  [
    'ssl_session_tickets on;\n\nssl_session_tickets on;',
    /^"ssl_session_tickets" directive is duplicate in site\.conf:3$/,
  ],
  [
    'ssl_session_cache shared:a:1m;\nssl_session_cache shared:a:2m;',
    /^the size 2097152 .* conflicts with already declared size 1048576 in ssl_session_cache, site\.conf:2$/,
  ],
  ['ssl_session_cash off;', new RegExp(`^unknown directive "ssl_session_cash" in site.conf:1: ${known}$`)],
  ['ssl_session_cache off', /^unexpected end of file, expecting ";" after "off" in site\.conf:1$/],
  ['ssl_session_cache off;;', /^unexpected ";" in site\.conf:1$/],
])('%j is refused', (text, message) => {
  expect(() => parseNginxDirectives(text, 'site.conf')).toThrow(message);
});
