import { type ExtensionList } from '@tlsmith/codec';
import { withExtension, withoutExtension } from '@tlsmith/testkit/node';
import type { ClientSession, Role, Version, violations } from '@tlsmith/types';
import { HostileWire } from './wire.ts';
import { type PairOptions, sessions } from './ends.ts';

export type RowName = keyof typeof violations;

/** Bytes of one side that break a rule, fed to the other. */
export interface BadInput {
  /** Who misbehaves. */
  readonly by: Role;
  /** Carries everything, and returns the two ends as they are then. */
  readonly play: () => HostileWire;
}

export type Rows = Partial<Readonly<Record<RowName, readonly BadInput[]>>>;

/** Bad input of one side into a pair of these options: `change` sets up or injects, then everything is carried. */
export const input = (
  by: Role,
  options: PairOptions | (() => PairOptions),
  change: (wire: HostileWire) => unknown,
): BadInput => ({
  by,
  play: () => {
    const wire = new HostileWire(typeof options === 'function' ? options() : options);
    change(wire);
    return wire.carry();
  },
});

/** The same into a connection that stands. */
export const connected = (
  by: Role,
  version: Version,
  change: (wire: HostileWire) => unknown,
  options: PairOptions = {},
): BadInput =>
  input(by, of(version, options), (wire) => {
    wire.carry();
    if (!wire.client.connected || !wire.server.connected) throw new Error('no connection to begin with');
    change(wire);
  });

/** Options for a client of one version. */
export const of = (version: Version, { client, server, session }: PairOptions = {}): PairOptions => ({
  client: { ...client, versions: [version] },
  ...(server === undefined ? {} : { server }),
  session,
});

/** A client that offers a session of an earlier connection, and the server that knows it. */
export function resuming(version: Version): PairOptions {
  const server = { sessions: sessions() };
  const first = new HostileWire(of(version, { server })).carry();
  const [session] = first.seen.client.flatMap((event) => (event.event === 'session' ? [event.session] : []));
  return of(version, { server, session: session as ClientSession });
}

interface Extended {
  readonly extensions?: ExtensionList | undefined;
}

/** With an extension more, or with another body for it. */
export const plus =
  (type: number, ...body: readonly number[]) =>
  <Body extends Extended>(message: Body): Body => ({
    ...message,
    extensions: withExtension(message.extensions, type, Uint8Array.from(body)),
  });

export const without =
  (...types: readonly number[]) =>
  <Body extends Extended>(message: Body): Body => ({
    ...message,
    extensions: withoutExtension(message.extensions, ...types),
  });

/** With other values in these fields. */
export const fields =
  <Change extends object>(change: Change) =>
  <Body extends { readonly [Field in keyof Change]: unknown }>(message: Body): Body => ({
    ...message,
    ...change,
  });

export const flipped = (bytes: Uint8Array): Uint8Array =>
  bytes.map((byte, i) => (i === bytes.length - 1 ? byte ^ 1 : byte));
