import {
  type AeadAlgorithm,
  type Bytes,
  type CryptoProvider,
  noBytes,
  type ServerSession,
  TlsMisuse,
} from '@tlsmith/types';
import type { MemoryStore } from './memory.ts';
import { meteredStore, type StoreCounts } from './metrics-store.ts';
import { builtinSessions } from './nginx-cache.ts';
import { type NginxSessionOptions, type NginxSessionSettings, nginxSettings } from './nginx-options.ts';
import { tieredStore } from './nginx-tiers.ts';
import { type NginxZones, sharedMemoryZones } from './nginx-zones.ts';
import { cappedLifetime } from './policy.ts';
import { type ServerSessionCache, serverSessionCache, type TicketPlan } from './server.ts';
import { serverSessionStore } from './session.ts';
import { protectedStore } from './shared-context.ts';
import type { SessionStore } from './store.ts';
import { ticketFileKeys } from './ticket-file.ts';
import { type TicketKeys, ticketKeys } from './ticket.ts';

/** What sessions are made with. */
export interface NginxSessionsEnvironment {
  readonly provider: Pick<CryptoProvider, 'aeads' | 'hash' | 'hmac' | 'random'>;
  /** Where `shared:name:size` leads; one value for all servers that share caches. By default a zone of this call's own. */
  readonly zones?: NginxZones;
  /** Seals tickets and shared sessions; AES-256-GCM of the provider by default. */
  readonly aead?: AeadAlgorithm;
  /** Names the server's configuration, to which sessions in a shared cache are bound; the facade's `sessionContext`. */
  readonly context?: Bytes;
  /**
   * Beyond nginx: TLS 1.3 tickets out of the cache (`sessionTickets` off) work once (RFC 9846 §8.1). nginx lets them be
   * used again.
   */
  readonly singleUse?: boolean;
  /** As of `serverSessionCache`. */
  readonly onError?: (error: unknown) => void;
}

/** Resumption as the directives say. */
export interface NginxSessions extends ServerSessionCache {
  readonly settings: NginxSessionSettings;
  /** The timeout in seconds, at most 604,800: also the `sessionLifetime` that the facade needs where it is over a day. */
  readonly lifetime: number;
  /** The caches that there are, for `sessionMetrics`. */
  readonly stores: { readonly builtin?: Counting; readonly shared?: Counting };
}

interface Counting {
  metrics(): StoreCounts;
}

/**
 * nginx's session directives as `sessions` of a server. In TLS 1.2 a client resumes by ticket where it takes one and
 * they are on, else by ID out of the cache. In TLS 1.3 there are tickets only: sealed ones where they are on; where they
 * are off, tickets are keys into the cache, and without a cache there are none.
 *
 * @throws {TlsMisuse} `nginx-value` for wrong values, `zone-conflict` for a zone of another size, `ticket-key-length` for
 *   a key file, `aead-missing` where the provider has no AES-256-GCM and no other AEAD is given.
 * @example
 * ```ts
 * import { node } from '@tlsmith/crypto/node';
 * import { nginxSessions } from '@tlsmith/session-cache';
 * const options = { sessionCache: 'builtin:1000 shared:SSL:10m', sessionTimeout: '1h' };
 * const sessions = nginxSessions(options, { provider: node });
 * sessions.gives; // { sessionIds: true, tickets: { tls12: true, tls13: true } }
 * ```
 */
export function nginxSessions(
  options: NginxSessionOptions,
  environment: NginxSessionsEnvironment,
): NginxSessions {
  const settings = nginxSettings(options);
  const lifetime = cappedLifetime(settings.sessionTimeout);
  const means = { ...environment, aead: aeadOf(environment), lifetime };
  const zone = openedZone(settings, means);
  const builtin = builtinStore(settings);
  const store = storeOf(settings, { builtin, zone }, means);
  const tickets = ticketPlan(settings, zone, means);
  const { provider, onError } = environment;
  const cache = serverSessionCache({
    provider,
    tickets,
    lifetime,
    ...(store === undefined ? {} : { store }),
    ...(onError === undefined ? {} : { onError }),
  });
  return {
    settings,
    lifetime,
    gives: cache.gives,
    stores: { ...(builtin && { builtin }), ...(zone && { shared: zone.store }) },
    find: (identity, now, missed) => cache.find(identity, now, missed),
    findFirst: (identities, now, missed) => cache.findFirst(identities, now, missed),
    issue: (session, kind, now) => cache.issue(session, kind, now),
    remember: (id, session, now) => cache.remember(id, session, now),
    forget: (identity, now) => cache.forget(identity, now),
  };
}

interface Means extends NginxSessionsEnvironment {
  readonly aead: AeadAlgorithm;
  readonly lifetime: number;
}

function aeadOf({ aead, provider }: NginxSessionsEnvironment): AeadAlgorithm {
  const found = aead ?? provider.aeads['aes-256-gcm'];
  if (found !== undefined) return found;
  throw new TlsMisuse('aead-missing', 'this provider has no AES-256-GCM: give another aead');
}

/** A shared cache and its keys, for these directives' timeout. */
interface OpenedZone {
  readonly store: SessionStore & Counting;
  readonly keys: TicketKeys;
}

function openedZone({ sessionCache }: NginxSessionSettings, means: Means): OpenedZone | undefined {
  const shared = typeof sessionCache === 'string' ? undefined : sessionCache.shared;
  if (shared === undefined) return undefined;
  const { store, keys } = (means.zones ?? sharedMemoryZones(means)).open(shared);
  return { store: counting(store) ? store : meteredStore(store), keys: keys(means.lifetime) };
}

const counting = (store: SessionStore): store is SessionStore & Counting => 'metrics' in store;

function builtinStore({ sessionCache }: NginxSessionSettings): MemoryStore<ServerSession> | undefined {
  const builtin = typeof sessionCache === 'string' ? undefined : sessionCache.builtin;
  if (builtin === undefined) return undefined;
  const sessions = builtin === 'default' ? builtinSessions : builtin === 0 ? mostSessions : builtin;
  return serverSessionStore({ capacity: Math.min(sessions, mostSessions) });
}

/** Where sessions by ID go; undefined for `off`: then there are no IDs either. */
function storeOf(
  { sessionCache }: NginxSessionSettings,
  {
    builtin,
    zone,
  }: { readonly builtin: SessionStore<ServerSession> | undefined; readonly zone: OpenedZone | undefined },
  { provider, context = noBytes }: Means,
): SessionStore<ServerSession> | undefined {
  if (sessionCache === 'off') return undefined;
  if (sessionCache === 'none') return keepsNothing;
  if (zone === undefined) return builtin;
  const shared = protectedStore(zone.store, { provider, keys: zone.keys, context });
  return builtin === undefined ? shared : tieredStore(builtin, shared);
}

function ticketPlan(settings: NginxSessionSettings, zone: OpenedZone | undefined, means: Means): TicketPlan {
  const { sessionCache, sessionTickets } = settings;
  if (sessionTickets === 'on') return { kind: 'sealed', keys: sealingKeys(settings, zone, means) };
  // Tickets that nobody remembers would be a waste of the client's time.
  if (typeof sessionCache === 'string') return { kind: 'none' };
  return { kind: 'stored', singleUse: means.singleUse ?? false };
}

/** From files, else of the shared cache, else of this process; the latter two change by themselves. */
function sealingKeys(
  { sessionTicketKeys: files }: NginxSessionSettings,
  zone: OpenedZone | undefined,
  { provider, aead, lifetime }: Means,
): TicketKeys {
  const { random } = provider;
  if (files.length > 0) return ticketFileKeys({ files, provider, aead, random });
  if (zone !== undefined) return zone.keys;
  return ticketKeys({ aead, random, lifetime, rotateEvery: Math.max(lifetime, 1) });
}

/** nginx's `none`: clients get session IDs, which some want to see, and none is ever found. */
const keepsNothing: SessionStore<ServerSession> = {
  get: () => undefined,
  take: () => undefined,
  put: () => undefined,
};

// A Map holds no more than 2^24 entries.
const mostSessions = 2 ** 24 - 1;
