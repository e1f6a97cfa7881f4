import type { Fact, MessageEvent, RecordEvent } from './events.ts';
import type { Paint } from './paint.ts';
import { lineWidth, wrap } from './wrap.ts';

/**
 * The messages of one connection as a ladder: an arrow with the message's name, then its length, the records that hold
 * it and the keys that protect them; its facts stand below.
 */
export function ladder(events: readonly (RecordEvent | MessageEvent)[], paint: Paint): readonly string[] {
  const records = new Map(
    events.filter((event) => event.event === 'record').map((record) => [record.number, record]),
  );
  const messages = events.filter((event) => event.event === 'message');
  if (messages.length === 0) return [];
  const shown = new Set<number>();
  return [heading(paint), ...messages.flatMap((message) => rung(message, records, shown, paint))];
}

function heading(paint: Paint): string {
  const lane = `client${' '.repeat(laneWidth - 8)}server`;
  return paint('quiet', `   ${lane}${columns('bytes', 'record, its bytes', 'keys')}`);
}

// oxlint-disable-next-line eslint/max-params -- one rung needs what the ladder knows
function rung(
  message: MessageEvent,
  records: ReadonlyMap<number, RecordEvent>,
  shown: Set<number>,
  paint: Paint,
): readonly string[] {
  const keys = message.epoch === 'initial' ? 'none' : message.epoch;
  const meta = columns(String(message.length), recordText(message, records, shown), keys);
  const tone = message.protocol === 'alert' && !message.name.endsWith('close_notify') ? 'bad' : message.from;
  const unread: readonly Fact[] = message.read === false ? [neverRead] : [];
  const facts = factLines([...message.facts, ...unread]);
  return [
    `     ${paint('quiet', '│')}${paint(tone, arrow(message))}${paint('quiet', '│')}${meta}`,
    ...facts.map((line) => paint('quiet', `     │     ${line}`)),
  ];
}

function arrow({ from, name }: MessageEvent): string {
  const shaft = '─'.repeat(Math.max(1, laneWidth - name.length - 5));
  return from === 'client' ? `── ${name} ${shaft}▶` : `◀${shaft} ${name} ──`;
}

/** The records of a message; what an earlier message has shown is not shown twice. */
function recordText(
  { records: numbers }: MessageEvent,
  records: ReadonlyMap<number, RecordEvent>,
  shown: Set<number>,
): string {
  const [first, last] = [numbers[0], numbers.at(-1)];
  const type = records.get(last ?? 0)?.type ?? '';
  const range = first === last ? `#${first}` : `#${first} to #${last}`;
  if (numbers.every((number) => shown.has(number))) return `${range} too`;
  for (const number of numbers) shown.add(number);
  return `${range} ${type}, ${numbers.map((number) => records.get(number)?.length).join(' + ')}`;
}

/** The facts on as few lines as they need; names of extensions only where they cost no line more. */
function factLines(facts: readonly Fact[]): readonly string[] {
  const width = lineWidth - 11;
  const lines = (shown: readonly Fact[]): readonly string[] => wrap(shown.map(factText), ' · ', width);
  const whole = lines(facts);
  const bare = lines(facts.filter(({ name }) => name !== 'extensions'));
  return bare.length > 0 && bare.length < whole.length ? bare : whole;
}

/** `groups x25519 + 3` for four of them. */
export function factText({ name, value }: Fact): string {
  if (!Array.isArray(value)) return `${name} ${String(value)}`;
  const list = value as readonly string[];
  // A chain of certificates is an order of its own and worth its length.
  if (name === 'chain') return `chain ${list.join(' ← ')}`;
  const whole = list.length <= listed || name === 'versions';
  return whole ? `${name} ${list.join(', ')}` : `${name} ${list[0]} + ${list.length - 1}`;
}

const columns = (bytes: string, record: string, keys: string): string =>
  `  ${bytes.padStart(5)}  ${record.padEnd(recordWidth)}  ${keys}`.trimEnd();

const neverRead: Fact = { name: 'never looked at:', value: 'the other end had given up before' };
const laneWidth = 40;
const recordWidth = 29;
// The longest list that is spelled out; --json has all of every list.
const listed = 3;
