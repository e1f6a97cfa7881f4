import { knownExtensions } from '@tlsmith/codec';
import { table } from './markers.ts';
import { sentExtensions } from './sent.ts';

/** Which extensions go out, as seen in handshakes, and which have a structure in the codec and nothing more. */
export function extensionTable(): string {
  const { client, server } = sentExtensions();
  const silent = [...knownExtensions.keys()].filter((type) => !client.has(type) && !server.has(type));
  return table(
    ['', 'extensions'],
    [
      ['sent by a client', list(client)],
      ['sent by a server', list(server)],
      ['known to `@tlsmith/codec` and sent by neither', list(silent)],
    ],
  );
}

function list(types: Iterable<number>): string {
  return [...types]
    .sort((a, b) => a - b)
    .map((type) => `\`${knownExtensions.get(type)?.name ?? type}\``)
    .join(' ');
}
