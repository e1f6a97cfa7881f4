import type { SecretEvent } from './events.ts';
import type { Story } from './trace.ts';

/** The secrets that the ends derived, by name and use. */
export function secretEvents(connection: string, { secrets }: Story): readonly SecretEvent[] {
  return secrets.map(({ label, bytes, ends, same }) => {
    const [name, use] = texts[label] ?? [label, 'not known here'];
    return { event: 'secret', connection, label, name, length: bytes.length, use, ends, same };
  });
}

/** By key log label (RFC 9850 §2): the name in RFC 9846 §7.1 or RFC 5246 §8.1, and what becomes of it. */
const texts: Readonly<Record<string, readonly [name: string, use: string]>> = {
  CLIENT_RANDOM: ['master secret', 'the key block, and both Finished'],
  CLIENT_HANDSHAKE_TRAFFIC_SECRET: [
    'client_handshake_traffic_secret',
    "the client's handshake keys, its Finished",
  ],
  SERVER_HANDSHAKE_TRAFFIC_SECRET: [
    'server_handshake_traffic_secret',
    "the server's handshake keys, its Finished",
  ],
  CLIENT_TRAFFIC_SECRET_0: ['client_application_traffic_secret_0', "the client's keys for application data"],
  SERVER_TRAFFIC_SECRET_0: ['server_application_traffic_secret_0', "the server's keys for application data"],
  EXPORTER_SECRET: ['exporter_secret', 'keys for protocols that build on this one'],
  CLIENT_EARLY_TRAFFIC_SECRET: ['client_early_traffic_secret', 'keys for 0-RTT data'],
  EARLY_EXPORTER_SECRET: ['early_exporter_secret', 'exported keys before the handshake is done'],
};
