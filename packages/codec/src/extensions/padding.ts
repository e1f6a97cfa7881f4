import type { Bytes } from '@tlsmith/types';
import { refine, rest } from '../schema.ts';
import type { Extension } from './extension.ts';

/** padding: zeros that bring a ClientHello to a length. */
export const padding: Extension<{ client_hello: Bytes }> = {
  type: 21,
  name: 'padding',
  section: 'RFC 7685 §3',
  in: { client_hello: refine(rest, (zeros) => zeros.every((byte) => byte === 0), 'zeros') },
};
