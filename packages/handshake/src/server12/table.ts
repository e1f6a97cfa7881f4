import type { Bodies12 } from '@tlsmith/codec';
import type { Table } from '../machine.ts';
import type { ServerPolicy } from '../policy.ts';
import { edge, type ServerFacts } from '../server/states.ts';
import {
  onCertificate,
  onCertificateVerify,
  onCertifiedClientKeyExchange,
  onClientKeyExchange,
} from './client-flight.ts';
import { onChangeCipherSpec, onFinished, onRenegotiation } from './finish.ts';
import type { Server12Facts } from './states.ts';

/** A TLS 1.2 server from its first flight on (RFC 5246 §7.3). */
export const server12: Table<ServerFacts, keyof Server12Facts, Bodies12, ServerPolicy> = {
  'server12/wait-certificate': {
    certificate: edge(onCertificate, {
      'server12/wait-client-key-exchange-then-verify': 'certificate',
      'server12/wait-client-key-exchange': 'empty certificate',
    }),
  },
  'server12/wait-client-key-exchange': {
    client_key_exchange: edge(onClientKeyExchange, { 'server12/wait-change-cipher-spec': '' }),
  },
  'server12/wait-client-key-exchange-then-verify': {
    client_key_exchange: edge(onCertifiedClientKeyExchange, { 'server12/wait-certificate-verify': '' }),
  },
  'server12/wait-certificate-verify': {
    certificate_verify: edge(onCertificateVerify, { 'server12/wait-change-cipher-spec': '' }),
  },
  'server12/wait-change-cipher-spec': {
    'change-cipher-spec': edge(onChangeCipherSpec, { 'server12/wait-finished': '' }),
  },
  'server12/wait-finished': {
    finished: edge(onFinished, {
      'server12/connected': 'full handshake: sends [NewSessionTicket,] ChangeCipherSpec, Finished',
    }),
  },
  'server12/connected': {
    client_hello: edge(onRenegotiation, { 'server12/connected': 'no_renegotiation' }),
  },
};
