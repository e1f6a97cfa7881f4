import type { Recording, Studio } from './recording.ts';

/** One connection: the arguments of s_client beyond address, name, authority and key log. */
export interface Exchange
  extends Pick<Recording, 'name' | 'what' | 'resumes' | 'serverKey' | 'preSharedKey'> {
  readonly client: readonly string[];
  /** Label for -keymatexport. */
  readonly exporter?: string;
  readonly earlyData?: string;
  /** A letter typed at one side after the first lines, as s_client and s_server document them. */
  readonly command?: readonly ['client' | 'server', string];
  /** What that side prints when the command is carried out. */
  readonly answer?: RegExp;
  /** The handshake ends with an alert. */
  readonly fails?: true;
}

/** One s_server and the connections made to it, in order. */
export interface Scenario {
  readonly server: readonly string[];
  readonly exchanges: readonly Exchange[];
}

/** Of a throw-away identity and key, for both versions. */
export const psk = {
  identity: 'throw-away',
  key: '3d1d7f2a90b14c5e8d6f0a1b2c3d4e5f60718293a4b5c6d7e8f9011223344556',
};

export function identity({ pki }: Studio, name: string): string[] {
  return ['-cert', pki.path(`${name}.crt`), '-key', pki.path(`${name}.key`)];
}

export function one(server: readonly string[], exchange: Exchange): Scenario {
  return { server, exchanges: [exchange] };
}
