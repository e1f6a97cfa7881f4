import { listening, type Setting, sides } from './ends.ts';
import { answering, visits } from './visits.ts';

// A process with one end of the connections in it, which weighs its own CPU time. The other end is not in it.

/** What the process is told. */
export type Order =
  | { readonly order: 'serve'; readonly side: 'ours' | 'peer'; readonly setting: Setting }
  | {
      readonly order: 'visit';
      readonly side: 'ours' | 'peer';
      readonly setting: Setting;
      readonly port: number;
      readonly count: number;
      readonly resume: boolean;
    }
  | { readonly order: 'weigh' };

/** What it answers. */
export interface Report {
  readonly port?: number;
  /** Microseconds of CPU time since the process began. */
  readonly cpu: number;
}

process.on('message', (order: Order) => void obey(order));

async function obey(order: Order): Promise<void> {
  const port =
    order.order === 'serve' ? await listening(answering(sides[order.side], order.setting)) : undefined;
  if (order.order === 'visit') await visits(sides[order.side], order.setting, order.port, order);
  const { user, system } = process.cpuUsage();
  const report: Report = { ...(port === undefined ? {} : { port }), cpu: user + system };
  process.send?.(report);
}
