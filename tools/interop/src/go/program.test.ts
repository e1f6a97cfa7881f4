import { expect, test } from 'vitest';
import { goReports } from './program.ts';

test('a line of the program is a connection; the line of the port is none', () => {
  const out = `{"port":4433}
{"version":"1.3","suite":"TLS_AES_128_GCM_SHA256","groupCode":24,"resumed":false,"alpn":"","peerName":"","received":"x","ending":"clean","alertNumber":0,"error":""}
{"alertNumber":48,"error":"remote error: tls: unknown certificate authority"}
`;
  expect(goReports(out)).toEqual([
    {
      version: '1.3',
      suite: 'TLS_AES_128_GCM_SHA256',
      group: 'secp384r1',
      resumed: false,
      alpn: '',
      peerName: '',
      received: 'x',
      ending: 'clean',
      alert: '',
      error: '',
    },
    { group: undefined, alert: 'unknown_ca', error: 'remote error: tls: unknown certificate authority' },
  ]);
});
