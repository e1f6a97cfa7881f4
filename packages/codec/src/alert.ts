import { type Codec, struct, uint } from './schema.ts';

/** An alert as on the wire; names: `alertName` of `@tlsmith/types`. */
export interface AlertMessage {
  readonly level: number;
  readonly description: number;
}

export const AlertMessage: Codec<AlertMessage> = struct<AlertMessage>(
  'Alert',
  { level: uint(1, 'AlertLevel'), description: uint(1, 'AlertDescription', 'alertDescriptions') },
  'RFC 9846 §6',
);
