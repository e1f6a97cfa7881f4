import type { Bodies13 } from '@tlsmith/codec';
import type { Table } from '../machine.ts';
import type { ServerPolicy } from '../policy.ts';
import { edge, type ServerFacts } from '../server/states.ts';
import { onSecondClientHello } from './client-hello.ts';
import { onKeyUpdate, onUpdateKeys } from './connected.ts';
import type { Server13Facts } from './states.ts';
import { onCertificate, onCertificateVerify } from './wait-certificate.ts';
import { onFinished } from './wait-finished.ts';

/** A TLS 1.3 server from its first answer on (RFC 9846 §A.2). */
export const server13: Table<ServerFacts, keyof Server13Facts, Bodies13, ServerPolicy> = {
  'server13/wait-second-client-hello': {
    client_hello: edge(onSecondClientHello, {
      'server13/wait-certificate': 'certificate-based client authentication',
      'server13/wait-finished': 'no client authentication',
    }),
  },
  'server13/wait-certificate': {
    certificate: edge(onCertificate, {
      'server13/wait-certificate-verify': 'certificate',
      'server13/wait-finished': 'empty certificate',
    }),
  },
  'server13/wait-certificate-verify': {
    certificate_verify: edge(onCertificateVerify, { 'server13/wait-finished': '' }),
  },
  'server13/wait-finished': {
    finished: edge(onFinished, { 'server13/connected': 'sends NewSessionTickets' }),
  },
  'server13/connected': {
    key_update: edge(onKeyUpdate, { 'server13/connected': '' }),
    'update-keys': edge(onUpdateKeys, { 'server13/connected': 'sends KeyUpdate' }),
  },
};
