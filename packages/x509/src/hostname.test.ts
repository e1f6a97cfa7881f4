import { expect, test } from 'vitest';
import type { GeneralName } from './general-name.ts';
import { isHostName, matchesName, referenceIdentity } from './hostname.ts';
import { parseIp } from './ip.ts';
import { publicSuffixes } from './public-suffix.ts';

const dns = (value: string): GeneralName => ({ form: 'dNSName', value });
const ip = (text: string): GeneralName => ({ form: 'iPAddress', value: parseIp(text) ?? new Uint8Array(0) });

test.each([
  ['example.com', 'example.com'],
  ['example.com', 'EXAMPLE.Com'],
  ['EXAMPLE.com', 'example.COM'],
  ['example.com.', 'example.com'],
  ['localhost', 'localhost'],
  ['foo.example.com', '*.example.com'],
  ['FOO.example.com', '*.EXAMPLE.com'],
  ['xn--bcher-kva.example.com', '*.example.com'],
  ['xn--bcher-kva.example', 'xn--bcher-kva.example'],
  ['a_b.example.com', 'a_b.example.com'],
  ['_dmarc.example.com', '*.example.com'],
  ['1.example.com', '1.example.com'],
  [`${'a'.repeat(63)}.example`, `${'a'.repeat(63)}.example`],
])('%s is %s (RFC 9525 §6.3)', (reference, presented) => {
  expect(matchesName({ dns: reference }, [dns('other.example'), dns(presented)])).toBe(true);
});

test.each([
  ['example.com', 'example.org'],
  ['www.example.com', 'example.com'],
  ['example.com', 'www.example.com'],
  ['example.com', '*.example.com'],
  ['foo.bar.example.com', '*.example.com'],
  ['example.com', '*.com'],
  ['example.com', '*'],
  ['com', '*'],
  ['foo.localhost', '*.localhost'],
  ['baz.example.com', 'b*.example.com'],
  ['baz.example.com', '*z.example.com'],
  ['baz.example.com', 'b*z.example.com'],
  ['foo.bar.example.com', 'foo.*.example.com'],
  ['foo.bar.example.com', '*.*.example.com'],
  ['foo.example.com', '*foo.example.com'],
  ['xn--bliss-1b3c148a.example.com', 'xn--*-1b3c148a.example.com'],
  ['example.com', 'example.com.'],
  ['example.com', '.example.com'],
  ['foo.example.com', '.example.com'],
  ['example.com', 'example..com'],
  ['example.com', ' example.com'],
  ['example.com', 'example.com\u0000.evil.example'],
  ['example.com', ''],
  ['foo.example.com', '*.example.com.'],
  ['foo.example.com', '**.example.com'],
])('%s is not %s', (reference, presented) => {
  expect(matchesName({ dns: reference }, [dns(presented)])).toBe(false);
});

test('other forms of name never stand for a host (RFC 9525 §6.2)', () => {
  const others: readonly GeneralName[] = [
    { form: 'rfc822Name', value: 'example.com' },
    { form: 'uniformResourceIdentifier', value: 'https://example.com/' },
    { form: 'directoryName', value: { der: new Uint8Array([0x30, 0]), parts: [] } },
  ];
  expect(matchesName({ dns: 'example.com' }, others)).toBe(false);
  expect(matchesName({ dns: 'example.com' }, [])).toBe(false);
});

test('IP addresses are compared octet for octet, and only with IP addresses (RFC 9525 §6.4)', () => {
  expect(matchesName({ ip: '192.0.2.1' }, [ip('192.0.2.1')])).toBe(true);
  expect(matchesName({ ip: '2001:DB8:0:0::1' }, [ip('2001:db8::1')])).toBe(true);
  expect(matchesName({ ip: '192.0.2.1' }, [ip('192.0.2.2')])).toBe(false);
  expect(matchesName({ ip: '192.0.2.1' }, [ip('::ffff:192.0.2.1')])).toBe(false);
  expect(matchesName({ ip: '192.0.2.1' }, [dns('192.0.2.1')])).toBe(false);
  expect(matchesName({ ip: '192.0.2.1' }, [dns('*.0.2.1')])).toBe(false);
});

test.each([
  ['an international name that is not converted', { dns: 'bücher.example' }],
  ['an IP address as a DNS name', { dns: '192.0.2.1' }],
  ['an IPv6 address as a DNS name', { dns: '::1' }],
  ['a wildcard', { dns: '*.example.com' }],
  ['a URL', { dns: 'https://example.com' }],
  ['a port', { dns: 'example.com:443' }],
  ['an empty name', { dns: '' }],
  ['a dot', { dns: '.' }],
  ['two trailing dots', { dns: 'example.com..' }],
  ['a label of 64 octets', { dns: `${'a'.repeat(64)}.example` }],
  ['a name of 254 octets', { dns: `${'a.'.repeat(126)}aa` }],
  ['a hyphen at the end of a label', { dns: 'a-.example' }],
  ['a host as an IP address', { ip: 'example.com' }],
  ['a zone', { ip: 'fe80::1%eth0' }],
])('%s as reference identity is misuse', (_, reference) => {
  expect(() => matchesName(reference, [])).toThrowError(expect.objectContaining({ name: 'TlsMisuse' }));
});

test('a host is told to be an address or a name', () => {
  expect(referenceIdentity('example.com')).toEqual({ dns: 'example.com' });
  expect(referenceIdentity('192.0.2.1')).toEqual({ ip: '192.0.2.1' });
  expect(referenceIdentity('[2001:db8::1]')).toEqual({ ip: '2001:db8::1' });
  expect(referenceIdentity('2001:db8::1')).toEqual({ ip: '2001:db8::1' });
});

test('a long name takes no longer than a short one to refuse', () => {
  expect(isHostName(`${'a-'.repeat(100_000)}!`)).toBe(false);
  expect(isHostName(`${'a.'.repeat(120)}!`)).toBe(false);
});

test('public suffixes follow the rules of the list, exceptions and the default rule included', () => {
  const isPublicSuffix = publicSuffixes(
    '// comment\ncom\nco.uk // trailing\n*.ck\n!www.ck\n\ns3.amazonaws.com\n',
  );
  const suffixes = ['com', 'co.uk', 'CO.UK', 'foo.ck', 's3.amazonaws.com', 'unknown-tld'];
  expect(suffixes.filter((name) => !isPublicSuffix(name))).toEqual([]);
  expect(
    ['example.com', 'www.ck', 'amazonaws.com', 'a.b.ck', 'example.co.uk'].filter(isPublicSuffix),
  ).toEqual([]);
});
