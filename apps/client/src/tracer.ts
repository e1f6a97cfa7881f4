import type { Tracer } from 'tlsmith';
import type { Settings } from './flags.ts';
import { annotate, messageFacts } from './messages.ts';
import type { Print } from './print.ts';

/** Tells the printer of messages, alerts and records, as far as they are wanted. */
export function tracerOf(show: Settings['show'], print: Print): Tracer {
  return {
    ...(show.messages ? { message: messagePrinter(show.bytes, print), alert: alertPrinter(print) } : {}),
    ...(show.records ? { record: recordPrinter(print) } : {}),
  };
}

function messagePrinter(bytes: boolean, print: Print): NonNullable<Tracer['message']> {
  return ({ direction, type, raw, epoch, version, keyExchange }) => {
    const context = { version, keyExchange };
    print({
      event: 'message',
      direction,
      message: type,
      epoch,
      length: raw.length,
      facts: messageFacts(raw, context),
      bytes: bytes ? annotate(raw, context) : undefined,
    });
  };
}

function alertPrinter(print: Print): NonNullable<Tracer['alert']> {
  return (direction, level, description) => print({ event: 'alert', direction, level, description });
}

function recordPrinter(print: Print): NonNullable<Tracer['record']> {
  return ({ direction, type, innerType, epoch, length, padding, dropped }) =>
    print({ event: 'record', direction, type, innerType, epoch, length, padding, dropped });
}
