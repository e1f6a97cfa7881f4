import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { nameOf, type Outcome, type Series } from './series.ts';

/** What a process is asked to do. */
export interface Task {
  readonly series: Series;
  readonly count: number;
}

/** Processes that share the work: each takes the next series when it is done with one. */
export interface Crew {
  play(series: readonly Series[], count: number, told: (outcome: Outcome) => void): Promise<void>;
  end(): Promise<void>;
}

export function startCrew(size: number): Crew {
  const program = fileURLToPath(new URL('program.ts', import.meta.url));
  const members = Array.from({ length: size }, () => fork(program));
  return {
    play: async (series, count, told) => {
      const waiting = [...series];
      const work = async (member: ChildProcess): Promise<void> => {
        for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
          told(await outcomeOf(member, { series: next, count }));
        }
      };
      await Promise.all(members.map(work));
    },
    end: async () => {
      for (const member of members) {
        if (member.exitCode !== null || member.signalCode !== null) continue;
        const gone = once(member, 'exit');
        member.kill();
        await gone;
      }
    },
  };
}

/** A process that dies fails its series, not the run. */
async function outcomeOf(member: ChildProcess, task: Task): Promise<Outcome> {
  const lost = (why: string): Outcome => ({
    ...task.series,
    done: 0,
    failures: [`the process of ${nameOf(task.series)} ${why}`],
    secrets: 0,
    zeroSecrets: 0,
    signatures: 0,
    zeroSignatures: 0,
  });
  if (!member.connected) return lost('is gone');
  const stop = new AbortController();
  const { signal } = stop;
  try {
    const told = once(member, 'message', { signal }).then(([outcome]) => outcome as Outcome);
    const gone = once(member, 'exit', { signal }).then(([code]) => lost(`ended with ${String(code)}`));
    member.send(task);
    return await Promise.race([told, gone.catch(() => lost('was stopped'))]);
  } finally {
    stop.abort();
  }
}
