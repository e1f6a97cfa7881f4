import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { utf8 } from '@tlsmith/types';
import { tlsAccept } from './core.ts';
import { makeSite } from './core/answers.ts';

// CHAIN-FILE KEY-FILE [PORT]: the core alone, over loopback; answers the first bytes of each connection and closes it.
const [chainFile = 'chain.pem', keyFile = 'key.pem', port = '4433'] = process.argv.slice(2);
const site = makeSite(readFileSync(chainFile, 'utf8'), readFileSync(keyFile, 'utf8'));

const server = createServer((socket) => {
  let agreed = '';
  const connection = tlsAccept(socket, site, {
    connected: ({ version, suite, resumed }) => {
      agreed = `${version} ${suite.name} ${resumed ? 'resumed' : 'full'}`;
    },
    data: (bytes) => {
      connection.send(utf8(`HTTP/1.0 200 OK\r\n\r\n${agreed}, ${bytes.length} bytes received\n`));
      connection.close();
    },
    closed: (error) => console.error(error === undefined ? 'closed' : `closed: ${error.message}`),
  });
});
server.listen(Number(port), '127.0.0.1', () => {
  const address = server.address();
  if (address !== null && typeof address !== 'string') console.log(`listening on ${address.port}`);
});
