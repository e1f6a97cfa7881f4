import { X509Certificate } from 'node:crypto';
import type { Tracer } from 'tlsmith';
import type { TLSSocket } from 'tlsmith/node';
import type { Heard } from '../bench/conversation.ts';
import type { Result } from '../side.ts';

/** What our side's tracer has seen of the newest connection. */
export class Watch {
  /** `read finished`, `write key_update`, in order. */
  messages: string[] = [];
  /** The last fatal alert of either direction. */
  alert = '';

  /** For the options of a client or a server. */
  readonly tracer: Tracer = {
    message: ({ direction, type }) => void this.messages.push(`${direction} ${type}`),
    alert: (_, level, description) => {
      if (level === 'fatal' || (description !== 'close_notify' && description !== 'user_canceled')) {
        this.alert = description;
      }
    },
  };

  /** Forgets the connection before. */
  restart(): void {
    this.messages = [];
    this.alert = '';
  }

  /** How often a message passed. */
  count(message: string): number {
    return this.messages.filter((one) => one === message).length;
  }
}

/** What our side tells of a connection that is over. */
export function ourResult(socket: TLSSocket, heard: Heard, watch: Watch): Result {
  const { negotiated } = socket;
  const { received, ending, failure } = heard;
  const end = { received, ending, alert: watch.alert, error: failure === undefined ? '' : ending };
  if (negotiated === undefined) return end;
  const [leaf] = negotiated.peerChain;
  return {
    ...end,
    version: negotiated.version === 'tls13' ? '1.3' : '1.2',
    suite: negotiated.suite.name,
    group: negotiated.group,
    peerScheme: negotiated.peerScheme,
    resumed: negotiated.resumed,
    retried: negotiated.retried,
    alpn: negotiated.alpn ?? '',
    peerName: leaf === undefined ? '' : commonName(new X509Certificate(leaf).subject),
  };
}

/** The common name in a subject as Node or OpenSSL print it. */
export function commonName(subject: string): string {
  return /CN ?= ?([^,\n/]+)/.exec(subject)?.[1]?.trim() ?? '';
}
