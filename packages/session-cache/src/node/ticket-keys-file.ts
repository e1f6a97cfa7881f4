import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { TlsMisuse } from '@tlsmith/types';
import type { TicketKeyFile } from '../ticket-file.ts';

/**
 * Reads files for nginx's `ssl_session_ticket_key`, in their order. Their lengths are checked where they are used.
 *
 * @param folder What relative paths begin at; the working directory by default. nginx takes its configuration's folder.
 * @throws {TlsMisuse} `ticket-key-unreadable`, with the path and the system's reason.
 * @example
 * ```ts
 * import { readTicketKeyFiles } from '@tlsmith/session-cache/node';
 * readTicketKeyFiles(['current.key', 'previous.key'], '/etc/nginx');
 * ```
 */
export function readTicketKeyFiles(paths: readonly string[], folder: string = '.'): readonly TicketKeyFile[] {
  return paths.map((given) => {
    const path = resolve(folder, given);
    try {
      // Plain bytes: a Buffer's slice is a view.
      return { path, content: new Uint8Array(readFileSync(path)) };
    } catch (error) {
      const reason = (error as Error).message;
      throw new TlsMisuse(
        'ticket-key-unreadable',
        `"${path}" cannot be read for ssl_session_ticket_key: ${reason}`,
      );
    }
  });
}
