import type { Bodies13 } from '@tlsmith/codec';
import { type ClientFacts, edge } from '../client/states.ts';
import type { Table } from '../machine.ts';
import type { ClientPolicy } from '../policy.ts';
import { onKeyUpdate, onNewSessionTicket, onUpdateKeys } from './connected.ts';
import type { Client13Facts } from './states.ts';
import { onCertificate, onCertificateRequest } from './wait-certificate.ts';
import { onCertificateVerify } from './wait-certificate-verify.ts';
import { onEncryptedExtensions } from './wait-encrypted-extensions.ts';
import { onFinished } from './wait-finished.ts';

/** A TLS 1.3 client from ServerHello on (RFC 9846 §A.1). */
export const client13: Table<ClientFacts, keyof Client13Facts, Bodies13, ClientPolicy> = {
  'client13/wait-encrypted-extensions': {
    encrypted_extensions: edge(onEncryptedExtensions, {
      'client13/wait-certificate-or-request': 'using a certificate',
      'client13/wait-finished': 'using a PSK',
    }),
  },
  'client13/wait-certificate-or-request': {
    certificate_request: edge(onCertificateRequest, { 'client13/wait-certificate': '' }),
    certificate: edge(onCertificate, { 'client13/wait-certificate-verify': '' }),
  },
  'client13/wait-certificate': {
    certificate: edge(onCertificate, { 'client13/wait-certificate-verify': '' }),
  },
  'client13/wait-certificate-verify': {
    certificate_verify: edge(onCertificateVerify, { 'client13/wait-finished': '' }),
  },
  'client13/wait-finished': {
    finished: edge(onFinished, { 'client13/connected': 'sends [Certificate, CertificateVerify,] Finished' }),
  },
  'client13/connected': {
    new_session_ticket: edge(onNewSessionTicket, { 'client13/connected': '' }),
    key_update: edge(onKeyUpdate, { 'client13/connected': '' }),
    'update-keys': edge(onUpdateKeys, { 'client13/connected': 'sends KeyUpdate' }),
  },
};
