import type {
  CheckEvent,
  DemoEvent,
  DerivationEvent,
  EndEvent,
  FinishEvent,
  HttpEvent,
  MessageEvent,
  RecordEvent,
  SceneEvent,
  SecretEvent,
  TcpEvent,
  VerdictEvent,
} from './events.ts';
import { ladder } from './ladder.ts';
import type { Paint } from './paint.ts';
import { lineWidth, wrap, wrapWords } from './wrap.ts';

/** The text for a list of events: nothing is known here that the events do not say. */
export function render(events: readonly DemoEvent[], paint: Paint): readonly string[] {
  const lines: string[] = [];
  for (let at = 0; at < events.length; ) {
    const first = events[at] as DemoEvent;
    const group = runOf(events, at);
    lines.push(...renderGroup(first, group, paint));
    at += group.length;
  }
  return lines;
}

/** Events that are rendered together: a connection's ladder, its secrets, its values, its checks. */
function runOf(events: readonly DemoEvent[], start: number): readonly DemoEvent[] {
  const kind = kindOf(events[start] as DemoEvent);
  const end = events.findIndex((event, index) => index > start && kindOf(event) !== kind);
  return events.slice(start, end === -1 ? undefined : end);
}

const together: readonly DemoEvent['event'][] = ['secret', 'derivation', 'check'];

/** Events of one kind that stand in a row form a group; all others stand alone. */
function kindOf(event: DemoEvent): unknown {
  if (event.event === 'record' || event.event === 'message') return 'ladder';
  return together.includes(event.event) ? event.event : event;
}

function renderGroup(first: DemoEvent, group: readonly DemoEvent[], paint: Paint): readonly string[] {
  switch (first.event) {
    case 'scene':
      return scene(first, paint);
    case 'connection': {
      const who = first.client === 'tlsmith' ? '' : paint('quiet', `  (client: ${first.client})`);
      return ['', ` ${paint('title', `${first.connection}  ${first.title}`)}${who}`, ''];
    }
    case 'tcp':
      return [...tcp(first, paint), ''];
    case 'record':
    case 'message':
      return [...ladder(group as readonly (RecordEvent | MessageEvent)[], paint), ''];
    case 'key-exchange':
      return block('Exchange', wrapWords(first.sentence, textWidth), paint);
    case 'secret':
      return secrets(group as readonly SecretEvent[], paint);
    case 'derivation':
      return block('Values', (group as readonly DerivationEvent[]).flatMap(derivation), paint);
    case 'verdict':
      return verdict(first, paint);
    case 'http':
      return block(first.from === 'client' ? 'Request' : 'Reply', httpLines(first), paint);
    case 'output':
      return block(
        'Peer',
        first.lines.map((line) => `${first.program}: ${line.trim()}`),
        paint,
      );
    case 'finish':
      return block('End', finish(first), paint);
    case 'check':
      return block(
        'Checks',
        (group as readonly CheckEvent[]).map((check) => mark(check, paint)),
        paint,
      );
    case 'left-out':
      return ['', `   Left out: ${first.reason}`];
    case 'scene-end':
      return [];
    case 'end':
      return end(first, paint);
  }
}

function scene({ scene: letter, title, intro }: SceneEvent, paint: Paint): readonly string[] {
  const head = `━━ ${letter} ━━ ${title} `;
  return [
    '',
    paint('title', head.padEnd(lineWidth, '━')),
    ...wrapWords(intro, lineWidth - 3).map((line) => `   ${line}`),
  ];
}

function tcp({ address, port, milliseconds }: TcpEvent, paint: Paint): readonly string[] {
  const took = milliseconds === undefined ? 'was called by the client' : `took ${milliseconds.toFixed(2)} ms`;
  const text =
    `connect() to ${address}:${port} ${took}. The three packets of TCP's own handshake (SYN, SYN-ACK, ACK) ` +
    'pass in the kernel, invisible from a program.';
  return block('TCP', wrapWords(text, textWidth), paint);
}

function secrets(events: readonly SecretEvent[], paint: Paint): readonly string[] {
  const lengths = [...new Set(events.map(({ length }) => length))].join(' or ');
  const same = events.every((event) => event.same !== false);
  const known = events.every((event) => event.same !== undefined);
  const where = !known
    ? 'at our end'
    : same
      ? 'at both ends, and found equal'
      : 'DIFFERENTLY at the two ends';
  const width = Math.max(...events.map(({ name }) => name.length));
  return block(
    'Secrets',
    [
      `derived ${where}; ${lengths} bytes${events.length > 1 ? ' each' : ''}, values not shown`,
      ...events.map(({ name, use }) => `${name.padEnd(width)}  ${use}`),
    ],
    paint,
  );
}

function derivation({ name, how, length, value }: DerivationEvent): readonly string[] {
  const shown = value.slice(0, 2 * shownBytes).match(/.{1,64}/g) ?? [];
  const rest = length > shownBytes ? `  … and ${length - shownBytes} bytes more` : '';
  const last = shown.length - 1;
  return [
    ...wrapWords(`${name} (${length} bytes): ${how}`, textWidth),
    ...shown.map((line, index) => `  ${line}${index === last ? rest : ''}`),
  ];
}

function verdict(
  { of, verdict: word, sentence, path, checks, reason }: VerdictEvent,
  paint: Paint,
): readonly string[] {
  const tone = word === 'rejected' ? 'bad' : 'good';
  const [first = '', ...others] = wrapWords(
    `the ${of}'s certificate: ${texts[word]}. ${sentence}`,
    textWidth,
  );
  const why =
    reason === undefined
      ? []
      : [`reason ${reason.code} (${reason.section}), alert ${reason.alert}`, ...browserLines(reason.browser)];
  const detail = [
    ...why,
    ...wrap(
      path.map((line, index) => (index === 0 ? line : `← ${line}`)),
      ' ',
      textWidth,
    ),
    ...checks.flatMap((line) => wrap(line.split(', '), ', ', textWidth - 2)).map((line) => `  ${line}`),
  ];
  return block('Verdict', [paint(tone, first), ...others.map((line) => paint(tone, line)), ...detail], paint);
}

const browserLines = (text: string): readonly string[] =>
  wrapWords(`a browser would say: “${text}”`, textWidth);

const texts: Readonly<Record<VerdictEvent['verdict'], string>> = {
  accepted: 'accepted',
  rejected: 'REJECTED',
  'from-session': 'known from the session',
};

/** The text line by line, blank lines left out. */
function httpLines({ text }: HttpEvent): readonly string[] {
  return text
    .split(/\r?\n/)
    .filter((line) => line !== '')
    .map((line) => `│ ${line}`);
}

function finish(event: FinishEvent): readonly string[] {
  const { client, server, handshakeMilliseconds: took } = event;
  const ready = took === undefined ? '' : `; the client could send ${took.toFixed(2)} ms after connect()`;
  return [
    ...(client === undefined ? [] : wrapWords(`client: ${client}`, textWidth)),
    ...(server === undefined ? [] : wrapWords(`server: ${server}`, textWidth)),
    `${event.bytesFromClient} bytes from the client, ${event.bytesFromServer} from the server${ready}`,
  ];
}

function mark({ claim, holds }: CheckEvent, paint: Paint): string {
  return holds ? paint('good', `✓ ${claim}`) : paint('bad', `✗ ${claim}: THIS DOES NOT HOLD`);
}

function end({ holds, connections, messages, milliseconds }: EndEvent, paint: Paint): readonly string[] {
  const sum = `${connections} connections, ${messages} messages, ${(milliseconds / 1000).toFixed(1)} s`;
  const verdictText = holds ? 'everything ended as it should' : 'NOT everything ended as it should';
  return ['', paint(holds ? 'good' : 'bad', `━━ ${sum}: ${verdictText} `.padEnd(lineWidth, '━'))];
}

/** Lines beside a label. */
function block(label: string, lines: readonly string[], paint: Paint): readonly string[] {
  return lines.map((line, index) => {
    const margin = index === 0 ? paint('label', label.padEnd(labelWidth)) : ' '.repeat(labelWidth);
    return `   ${margin}${line}`.trimEnd();
  });
}

const labelWidth = 10;
const textWidth = lineWidth - labelWidth - 3;
// Of a long value the text shows the beginning; --json has it all.
const shownBytes = 64;
