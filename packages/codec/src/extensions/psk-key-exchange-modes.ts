import { uint, vector } from '../schema.ts';
import type { Extension } from './extension.ts';

/** PskKeyExchangeMode values. */
export const pskKeyExchangeMode = { psk_ke: 0, psk_dhe_ke: 1 } as const;

/** psk_key_exchange_modes: how the client lets a PSK be used. */
export const pskKeyExchangeModes: Extension<{ client_hello: readonly number[] }> = {
  type: 45,
  name: 'psk_key_exchange_modes',
  section: 'RFC 9846 §4.3.9',
  in: { client_hello: vector(1, uint(1, 'PskKeyExchangeMode', 'pskKeyExchangeModes'), { min: 1 }) },
};
