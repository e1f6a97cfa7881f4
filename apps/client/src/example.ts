import { readFileSync } from 'node:fs';
import { clientSessionCache } from '@tlsmith/session-cache';
import { utf8 } from '@tlsmith/types';
import { trustAnchors } from '@tlsmith/x509';
import { tlsConnect } from './core.ts';

// PORT CA-FILE [SERVER-NAME]: the core alone, over loopback; sends a line and prints what comes back.
const [port = '4433', caFile = 'ca.pem', serverName = 'localhost'] = process.argv.slice(2);

const connection = tlsConnect(
  {
    host: '127.0.0.1',
    port: Number(port),
    serverName,
    roots: trustAnchors(readFileSync(caFile, 'utf8')),
    versions: ['tls13', 'tls12'],
    sessions: clientSessionCache(),
  },
  {
    connected: ({ version, suite, group }) => {
      console.error(`connected: ${version}, ${suite.name}, ${group}`);
      connection.send(utf8('GET / HTTP/1.0\r\n\r\n'));
    },
    data: (bytes) => process.stdout.write(bytes),
    closed: (error) => {
      console.error(error === undefined ? 'closed' : `closed: ${error.message}`);
      process.exitCode = error === undefined ? 0 : 1;
    },
  },
);
