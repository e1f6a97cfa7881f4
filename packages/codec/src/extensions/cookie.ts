import type { Bytes } from '@tlsmith/types';
import { opaque } from '../schema.ts';
import type { Extension } from './extension.ts';

/** cookie: from HelloRetryRequest, echoed by the second ClientHello. */
export const cookie: Extension<{ client_hello: Bytes; hello_retry_request: Bytes }> = {
  type: 44,
  name: 'cookie',
  section: 'RFC 9846 §4.3.2',
  in: { client_hello: opaque(2, 1), hello_retry_request: opaque(2, 1) },
};
