import type { Bodies12 } from '@tlsmith/codec';
import { type ClientFacts, edge } from '../client/states.ts';
import type { Table } from '../machine.ts';
import type { ClientPolicy } from '../policy.ts';
import {
  onDoneInstead,
  onKeyExchangeInstead,
  onRequestInstead,
  onStatusBeforeKeyExchange,
  onStatusBeforeRequest,
} from './certificate-status.ts';
import { onHelloRequest } from './connected.ts';
import { onChangeCipherSpec, onFinished, onNewSessionTicket } from './finish.ts';
import { onCertificate, onCertificateRequest, onServerKeyExchange } from './server-flight.ts';
import { onServerHelloDone } from './server-hello-done.ts';
import type { Client12Facts } from './states.ts';

const afterDone = {
  'client12/wait-new-session-ticket': 'ticket promised',
  'client12/wait-change-cipher-spec': 'no ticket promised',
};

/** A TLS 1.2 client from ServerHello on (RFC 5246 §7.3, RFC 5077 §3.1). */
export const client12: Table<ClientFacts, keyof Client12Facts, Bodies12, ClientPolicy> = {
  'client12/wait-certificate': {
    certificate: edge(onCertificate, {
      'client12/wait-server-key-exchange': 'ECDHE',
      'client12/wait-certificate-request-or-done': 'RSA key exchange',
      'client12/wait-certificate-status-or-key-exchange': 'ECDHE, status promised',
      'client12/wait-certificate-status-or-request': 'RSA key exchange, status promised',
    }),
  },
  'client12/wait-certificate-status-or-key-exchange': {
    certificate_status: edge(onStatusBeforeKeyExchange, { 'client12/wait-server-key-exchange': '' }),
    server_key_exchange: edge(onKeyExchangeInstead, { 'client12/wait-certificate-request-or-done': '' }),
  },
  'client12/wait-certificate-status-or-request': {
    certificate_status: edge(onStatusBeforeRequest, { 'client12/wait-certificate-request-or-done': '' }),
    certificate_request: edge(onRequestInstead, { 'client12/wait-server-hello-done': '' }),
    server_hello_done: edge(onDoneInstead, afterDone),
  },
  'client12/wait-server-key-exchange': {
    server_key_exchange: edge(onServerKeyExchange, { 'client12/wait-certificate-request-or-done': '' }),
  },
  'client12/wait-certificate-request-or-done': {
    certificate_request: edge(onCertificateRequest, { 'client12/wait-server-hello-done': '' }),
    server_hello_done: edge(onServerHelloDone, afterDone),
  },
  'client12/wait-server-hello-done': {
    server_hello_done: edge(onServerHelloDone, afterDone),
  },
  'client12/wait-new-session-ticket': {
    new_session_ticket: edge(onNewSessionTicket, { 'client12/wait-change-cipher-spec': '' }),
  },
  'client12/wait-change-cipher-spec': {
    'change-cipher-spec': edge(onChangeCipherSpec, { 'client12/wait-finished': '' }),
  },
  'client12/wait-finished': {
    finished: edge(onFinished, { 'client12/connected': 'resumption: sends ChangeCipherSpec, Finished' }),
  },
  'client12/connected': {
    hello_request: edge(onHelloRequest, { 'client12/connected': 'no_renegotiation' }),
  },
};
