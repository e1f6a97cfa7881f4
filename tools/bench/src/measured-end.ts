import { listening, type Setting, sides } from './ends.ts';
import { answering, prepared } from './visits.ts';

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
  /** Microseconds of CPU time: of the visits, or else since the process began. */
  readonly cpu: number;
}

process.on('message', (order: Order) => void obey(order).then((report) => process.send?.(report)));

async function obey(order: Order): Promise<Report> {
  if (order.order === 'weigh') return { cpu: cpu() };
  const side = sides[order.side];
  if (order.order === 'serve') return { port: await listening(answering(side, order.setting)), cpu: cpu() };
  const visits = await prepared(side, order.setting, order.port, order);
  const before = cpu();
  await visits();
  return { cpu: cpu() - before };
}

function cpu(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}
