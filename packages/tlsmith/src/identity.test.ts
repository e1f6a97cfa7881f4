import { describe, expect, test } from 'vitest';
import { host, identityOf } from './pair.test-support.ts';

describe('a server name of the peer (RFC 6066 §3)', () => {
  test('is covered by the certificate for it, with or without the dot at its end', () => {
    const { covers } = identityOf('p256');
    expect([host, `${host}.`, 'other.example'].map(covers)).toEqual([true, true, false]);
  });

  // Printable ASCII, which is all that the codec asks of it.
  const impossible = [
    'serv{r.example',
    '192.0.2.1',
    '[::1]',
    '*.example',
    'server..example',
    '.',
    'x'.repeat(255),
  ];

  test.each(impossible)('that no host can have is covered by nobody: %s', (name) => {
    expect(identityOf('p256').covers(name)).toBe(false);
  });
});
