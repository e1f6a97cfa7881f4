import { parseArgs } from 'node:util';
import { letters, playDemo } from './demo.ts';
import type { DemoEvent, SceneLetter } from './events.ts';
import { render } from './render.ts';
import { paints } from './paint.ts';

const usage = `npm run demo [-- flags]

  --only a,c   play these scenes alone
  --json       one event a line instead of text
  --help       this text
`;

/** Runs the demo with the flags of a command line; the exit status. */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { only: { type: 'string' }, json: { type: 'boolean' }, help: { type: 'boolean' } },
  });
  if (values.help === true) {
    process.stdout.write(usage);
    return 0;
  }
  const wanted = values.only?.split(',').map((letter) => letter.trim()) ?? letters;
  const unknown = wanted.filter((letter) => !letters.includes(letter as SceneLetter));
  if (unknown.length > 0)
    throw new RangeError(`no such scene: ${unknown.join(', ')}; there are ${letters.join(', ')}`);
  const print = values.json === true ? jsonLines : textLines();
  return (await playDemo(wanted as readonly SceneLetter[], print)) ? 0 : 1;
}

function jsonLines(event: DemoEvent): void {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}

/** Prints a scene's part as soon as it is whole: the text is made from the list of events. */
function textLines(): (event: DemoEvent) => void {
  const paint = paints(process.stdout);
  let waiting: DemoEvent[] = [];
  return (event) => {
    waiting.push(event);
    if (event.event !== 'scene-end' && event.event !== 'end') return;
    process.stdout.write(`${render(waiting, paint).join('\n')}\n`);
    waiting = [];
  };
}

// Whoever reads may stop when it has seen enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

try {
  process.exitCode = await main();
} catch (error) {
  const isUsage =
    error instanceof RangeError || (error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS');
  process.stderr.write(
    isUsage === true ? `${(error as Error).message}\n\n${usage}` : `${(error as Error).stack}\n`,
  );
  process.exitCode = isUsage === true ? 2 : 1;
}
