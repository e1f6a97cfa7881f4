import type {
  CertificateChecks,
  CheckEvent,
  ConnectionEvent,
  DemoEvent,
  DerivationEvent,
  EndEvent,
  FinishEvent,
  HttpEvent,
  MessageEvent,
  RecordEvent,
  SceneEvent,
  SecretEvent,
  StartEvent,
  TcpEvent,
  VerdictEvent,
} from './events.ts';
import { factText, ladder } from './ladder.ts';
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
    case 'start':
      return start(first, paint);
    case 'scene':
      return scene(first, paint);
    case 'connection':
      return connection(first, paint);
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
      return block('Peer', first.lines.map(quoted), paint);
    case 'finish':
      return block('End', finish(first), paint);
    case 'check':
      return checks(group as readonly CheckEvent[], paint);
    case 'left-out':
      return ['', `   Left out: ${first.reason}`];
    case 'scene-end':
      return [];
    case 'end':
      return end(first, paint);
  }
}

function start({ title, about, legend }: StartEvent, paint: Paint): readonly string[] {
  const text = [...wrapWords(about, lineWidth - 3), '', ...wrapWords(legend, lineWidth - 3)];
  return ['', `   ${paint('title', title)}`, '', ...text.map((line) => `   ${line}`.trimEnd())];
}

function scene({ scene: letter, title, intro }: SceneEvent, paint: Paint): readonly string[] {
  const head = `━━ ${letter} ━━ ${title} `;
  return [
    '',
    paint('title', head.padEnd(lineWidth, '━')),
    ...wrapWords(intro, lineWidth - 3).map((line) => `   ${line}`),
  ];
}

const quoted = (line: string): string => `│ ${line.trim()}`;

function connection({ connection: letter, client, title }: ConnectionEvent, paint: Paint): readonly string[] {
  const who = client === 'tlsmith' ? '' : paint('quiet', `  (client: ${client})`);
  return ['', ` ${paint('title', `${letter}  ${title}`)}${who}`, ''];
}

function tcp({ address, port, milliseconds }: TcpEvent, paint: Paint): readonly string[] {
  const took =
    milliseconds === undefined ? 'was called by the other program' : `took ${milliseconds.toFixed(2)} ms`;
  return block(
    'TCP',
    [
      `connect() to ${address}:${port} ${took}`,
      paint(
        'quiet',
        "TCP's own three packets (SYN, SYN-ACK, ACK) pass in the kernel, invisible from a program",
      ),
    ],
    paint,
  );
}

function secrets(events: readonly SecretEvent[], paint: Paint): readonly string[] {
  const [name, where] = [widest(events.map((event) => event.name)), widest(events.map(derivedWhere))];
  const lines = events.map((event) => {
    const head = `${event.name.padEnd(name)}  ${derivedWhere(event).padEnd(where)}`;
    return `${head}  ${paint('quiet', event.use)}`;
  });
  const lengths = [...new Set(events.map(({ length }) => length))].join(' or ');
  return block(
    'Secrets',
    [paint('quiet', `by name, of ${lengths} bytes, and where each was derived`), ...lines],
    paint,
  );
}

function derivedWhere({ ends, same }: SecretEvent): string {
  if (same === undefined) return `at the ${ends.join()}`;
  return same ? 'both alike' : 'THEY DIFFER';
}

const widest = (texts: readonly string[]): number => Math.max(...texts.map(({ length }) => length));

function derivation({ name, how, length, value }: DerivationEvent): readonly string[] {
  const shown = value.slice(0, 2 * shownBytes).match(/.{1,64}/g) ?? [];
  const rest = length > shownBytes ? `  … and ${length - shownBytes} bytes more` : '';
  const last = shown.length - 1;
  return [
    ...wrapWords(`${name} (${length} bytes): ${how}`, textWidth),
    ...shown.map((line, index) => `  ${line}${index === last ? rest : ''}`),
  ];
}

function verdict(event: VerdictEvent, paint: Paint): readonly string[] {
  const { of, verdict: word, sentence, path, checks, reason } = event;
  const tone = word === 'rejected' ? 'bad' : 'good';
  const words = wrapWords(`the ${of}'s certificate is ${texts[word]}: ${sentence}`, textWidth);
  const browser = reason?.browser === undefined ? '' : `a browser would say: “${reason.browser}”`;
  const why = reason && `reason ${reason.code} (${reason.section}), alert ${reason.alert}`;
  const lines = [
    ...words.map((line) => paint(tone, line)),
    ...(why === undefined ? [] : [why]),
    ...wrapWords(browser, textWidth),
    ...path.map((line, index) => `${'  '.repeat(index)}${index === 0 ? '' : '← '}${line}`),
    ...checks.flatMap((certificate) => checkLines(certificate, paint)),
  ];
  return block('Verdict', lines, paint);
}

function checkLines({ subject, passed, failed }: CertificateChecks, paint: Paint): readonly string[] {
  const good = passed.length === 0 ? [] : wrapWords(`✓ ${subject}: ${passed.join(', ')}`, textWidth - 2);
  const bad = failed.flatMap(({ check, code, facts }) => {
    const known = facts.filter(({ name }) => name !== 'certificate').map(factText);
    return wrap([`✗ ${subject}: ${check}: ${code}`, ...known], ' · ', textWidth - 2);
  });
  return [...good.map((line) => paint('quiet', line)), ...bad.map((line) => paint('bad', line))].map(
    (line) => `  ${line}`,
  );
}

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
    ...wrapWords(
      `${event.bytesFromClient} bytes from the client, ${event.bytesFromServer} from the server${ready}`,
      textWidth,
    ),
  ];
}

function checks(events: readonly CheckEvent[], paint: Paint): readonly string[] {
  return block(
    'Checks',
    events.map((check) => mark(check, paint)),
    paint,
  );
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
