import { listening, peer, type Setting } from '../ends.ts';
import type { Bench } from '../harness.ts';
import type { Order, Report } from '../measured-end.ts';
import { Program } from '../program.ts';
import { answering, prepared } from '../visits.ts';

const setting: Setting = { version: 'tls13', cipher: 'aes-128-gcm', key: 'p256' };
const count = 400;

/** CPU time that one end spends on a connection, the other end being node:tls in another process. */
export const cpu: readonly Bench[] = (['server', 'client'] as const).flatMap((role) =>
  [false, true].map((resume) => bench(role, resume)),
);

function bench(role: 'server' | 'client', resume: boolean): Bench {
  // A client meets one site over and over.
  const warm = role === 'client' && !resume ? ' warm' : '';
  const name = `cpu ${role} ${resume ? 'resumed' : 'full'} handshake tls13${warm}`;
  return {
    name,
    open: async () => {
      const ends = { ours: new End('ours'), peer: new End('peer') };
      const measured = role === 'server' ? await servers(ends, resume) : await clients(ends, resume);
      return {
        name,
        unit: 'µs',
        better: 'lower',
        rounds: 7,
        warmUp: 6,
        ours: () => measured('ours'),
        peer: () => measured('peer'),
        close: () => void Object.values(ends).map((end) => end.stop()),
      };
    },
  };
}

type Ends = Readonly<Record<'ours' | 'peer', End>>;
type Measured = (side: 'ours' | 'peer') => Promise<number>;

async function servers(ends: Ends, resume: boolean): Promise<Measured> {
  const ports = { ours: await ends.ours.serve(), peer: await ends.peer.serve() };
  return async (side) => {
    const visits = await prepared(peer, setting, ports[side], { count, resume });
    const before = await ends[side].weigh();
    await visits();
    return ((await ends[side].weigh()) - before) / count;
  };
}

async function clients(ends: Ends, resume: boolean): Promise<Measured> {
  const port = await listening(answering(peer, setting).unref());
  return async (side) => (await ends[side].visit(port, resume)) / count;
}

/** A process with one end in it. */
class End {
  readonly #side: 'ours' | 'peer';
  readonly #program = new Program(new URL('../measured-end.ts', import.meta.url));

  constructor(side: 'ours' | 'peer') {
    this.#side = side;
  }

  async serve(): Promise<number> {
    const { port } = await this.#ask({ order: 'serve', side: this.#side, setting });
    return port as number;
  }

  /** Microseconds of CPU time up to now. */
  async weigh(): Promise<number> {
    return (await this.#ask({ order: 'weigh' })).cpu;
  }

  /** Microseconds of CPU time for the visits. */
  async visit(port: number, resume: boolean): Promise<number> {
    return (await this.#ask({ order: 'visit', side: this.#side, setting, port, count, resume })).cpu;
  }

  stop(): void {
    this.#program.stop();
  }

  #ask(order: Order): Promise<Report> {
    return this.#program.ask({ ...order });
  }
}
