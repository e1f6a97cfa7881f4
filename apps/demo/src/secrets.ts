import type { SecretEvent } from './events.ts';
import type { Story } from './trace.ts';

/** The secrets that the ends derived, by name and use. */
export function secretEvents(connection: string, { secrets }: Story): readonly SecretEvent[] {
  return secrets.map(({ label, bytes, same }) => {
    const [name, use] = texts[label] ?? [label, 'not known here'];
    return { event: 'secret', connection, label, name, length: bytes.length, use, same };
  });
}

/** By key log label (RFC 9850 §2): the name in RFC 9846 §7.1 or RFC 5246 §8.1, and what becomes of it. */
const texts: Readonly<Record<string, readonly [name: string, use: string]>> = {
  CLIENT_RANDOM: ['master secret', 'the key block: write keys and IVs of both directions; both Finished'],
  CLIENT_HANDSHAKE_TRAFFIC_SECRET: [
    'client_handshake_traffic_secret',
    "keys of the client's handshake messages, its Finished",
  ],
  SERVER_HANDSHAKE_TRAFFIC_SECRET: [
    'server_handshake_traffic_secret',
    "keys of the server's handshake messages, its Finished",
  ],
  CLIENT_TRAFFIC_SECRET_0: ['client_application_traffic_secret_0', "keys of the client's application data"],
  SERVER_TRAFFIC_SECRET_0: ['server_application_traffic_secret_0', "keys of the server's application data"],
  EXPORTER_SECRET: ['exporter_secret', 'keys for other protocols that bind to this connection'],
  CLIENT_EARLY_TRAFFIC_SECRET: ['client_early_traffic_secret', 'keys of 0-RTT data'],
  EARLY_EXPORTER_SECRET: ['early_exporter_secret', 'exported keys before the handshake is done'],
};
