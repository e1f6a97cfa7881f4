import { isIPv6 } from 'node:net';
import { UsageError } from '@tlsmith/app-terminal';

/** Where to connect. */
export interface Target {
  readonly host: string;
  readonly port: number;
}

/** Reads `host:port`, `host` (port 443), `[::1]:443` or `::1`. */
export function readTarget(text: string): Target {
  if (isIPv6(text)) return { host: text, port: defaultPort };
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  const port = digits === undefined ? defaultPort : Number(digits);
  const isAddress = bracketed === undefined || isIPv6(bracketed);
  if (host !== undefined && isAddress && port >= 1 && port <= 65_535) return { host, port };
  throw new UsageError(
    `'${text}' is not host:port; write example.com:443, 192.0.2.1:443 or [2001:db8::1]:443`,
  );
}

const defaultPort = 443;
