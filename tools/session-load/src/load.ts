import type { ClientSession } from '@tlsmith/types';
import { connect, type TLSSocket } from 'tlsmith/node';
import type { Fleet } from './fleet.ts';
import { type Greeting, type Origin, origins, targets } from './targets.ts';

/** What came of a load. */
export interface LoadResult {
  /** Connections that offered a session where it belongs. */
  readonly offered: number;
  /** Of these, how many were resumed. */
  readonly resumed: number;
  /** Of these, how many by another process than the one that made the session. */
  readonly elsewhere: number;
  /** Connections that offered a session of another name, context or key ring. */
  readonly foreign: Readonly<Record<Difference, number>>;
  /** What was offered where it belongs and not resumed, by origin. */
  readonly missed: Readonly<Record<string, number>>;
  /** Resumptions of foreign sessions, and whatever else must not be; described. */
  readonly wrong: readonly string[];
  /** Connections without a session, which make some. */
  readonly first: number;
  readonly failures: readonly string[];
}

/** In what a foreign session differs from where it is offered. */
export type Difference = 'name' | 'context' | 'ring';

/** A session, whose it is, and the process that made it. */
interface Held {
  readonly origin: Origin;
  readonly session: ClientSession;
  readonly pid: number;
}

/**
 * Connects until `count` sessions were offered where they belong. Origin, session and place are drawn at random; one
 * connection in ten offers a session where it does not belong.
 */
export async function load(fleet: Fleet, count: number, atOnce: number = 8): Promise<LoadResult> {
  const run = new Run(fleet);
  const client = async (): Promise<void> => {
    while (run.begun < count) await run.connection();
  };
  await Promise.all(Array.from({ length: atOnce }, client));
  return run;
}

class Run implements LoadResult {
  begun = 0;
  offered = 0;
  resumed = 0;
  elsewhere = 0;
  first = 0;
  readonly missed: Record<string, number> = {};
  readonly foreign = { name: 0, context: 0, ring: 0 };
  readonly wrong: string[] = [];
  readonly failures: string[] = [];
  readonly #fleet: Fleet;
  readonly #held = new Map<Origin, Held[]>(origins.map((origin) => [origin, []]));

  constructor(fleet: Fleet) {
    this.#fleet = fleet;
  }

  async connection(): Promise<void> {
    const origin = drawn(origins);
    const stranger = Math.random() < 0.1 ? foreignTo(origin) : undefined;
    const held = this.#drawn(stranger?.origin ?? origin);
    const own = held !== undefined && stranger === undefined;
    if (own) this.begun++;
    try {
      const { greeting, resumed, sessions } = await visit(this.#fleet, origin, held?.session);
      this.#check(origin, greeting, resumed);
      if (held === undefined) this.first++;
      else if (stranger !== undefined) this.#counted(stranger.differs, origin, resumed);
      else this.#own(held, greeting, resumed);
      for (const session of sessions) this.#keep({ origin, session, pid: greeting.pid });
    } catch (error) {
      this.failures.push(`${label(origin)}: ${String(error)}`);
    }
  }

  #own(held: Held, greeting: Greeting, resumed: boolean): void {
    this.offered++;
    if (!resumed) {
      const name = label(held.origin);
      this.missed[name] = (this.missed[name] ?? 0) + 1;
      return;
    }
    this.resumed++;
    if (held.pid !== greeting.pid) this.elsewhere++;
    // TLS 1.2 sessions may be used again (RFC 9846 §C.4 speaks of tickets of TLS 1.3).
    if (held.origin.version === 'tls12') this.#keep(held);
  }

  #counted(differs: Difference, origin: Origin, resumed: boolean): void {
    this.foreign[differs]++;
    if (resumed) this.wrong.push(`${label(origin)} resumed a session of another ${differs}`);
  }

  /** Both ends agree on whom they speak to, and on whether they resumed. */
  #check(origin: Origin, greeting: Greeting, resumed: boolean): void {
    if (greeting.target !== origin.target || greeting.name !== origin.name || greeting.resumed !== resumed) {
      this.wrong.push(`${label(origin)} was answered ${JSON.stringify(greeting)}, resumed here: ${resumed}`);
    }
  }

  #keep(held: Held): void {
    const all = this.#held.get(held.origin) ?? [];
    if (all.length >= most) all.splice(Math.floor(Math.random() * all.length), 1);
    all.push(held);
  }

  #drawn(origin: Origin): Held | undefined {
    const all = this.#held.get(origin) ?? [];
    return all.splice(Math.floor(Math.random() * all.length), 1)[0];
  }
}

interface Visit {
  readonly greeting: Greeting;
  readonly resumed: boolean;
  readonly sessions: readonly ClientSession[];
}

async function visit(fleet: Fleet, origin: Origin, session: ClientSession | undefined): Promise<Visit> {
  const sessions: ClientSession[] = [];
  const socket: TLSSocket = connect({
    host: '127.0.0.1',
    port: drawn(fleet.places)[origin.target] as number,
    serverName: origin.name,
    trust: { roots: fleet.roots },
    versions: [origin.version],
    ...(session === undefined ? {} : { session }),
  });
  socket.on('session', (made: ClientSession) => sessions.push(made));
  let text = '';
  for await (const chunk of socket as AsyncIterable<Buffer>) text += chunk.toString();
  return { greeting: JSON.parse(text) as Greeting, resumed: socket.isSessionReused(), sessions };
}

/** An origin of the same version and plan that differs in one thing, and in which. */
function foreignTo(origin: Origin): { readonly origin: Origin; readonly differs: Difference } {
  return drawn(
    origins.flatMap((other) => {
      const found = differences(origin, other);
      const [differs] = found;
      return differs === undefined || found.length > 1 ? [] : [{ origin: other, differs }];
    }),
  );
}

function differences(one: Origin, other: Origin): readonly Difference[] {
  const [a, b] = [targets[one.target], targets[other.target]];
  if (a === undefined || b === undefined || a.plan !== b.plan || one.version !== other.version) return [];
  return [
    ...(one.name === other.name ? [] : (['name'] as const)),
    ...(a.context === b.context ? [] : (['context'] as const)),
    ...(a.ring === b.ring ? [] : (['ring'] as const)),
  ];
}

function label({ target, name, version }: Origin): string {
  const { context, ring, plan } = targets[target] ?? { context: '', ring: '', plan: '' };
  return `${version} ${name} ${context} ring ${ring} ${plan}`;
}

function drawn<T>(all: readonly T[]): T {
  return all[Math.floor(Math.random() * all.length)] as T;
}

/** Sessions that a client keeps of one origin. */
const most = 64;
