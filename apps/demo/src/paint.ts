import { styleText } from 'node:util';

/** What the colours mean. */
export type Tone = 'title' | 'label' | 'client' | 'server' | 'good' | 'bad' | 'quiet' | 'plain';

/** Gives a text its colour, or leaves it as it is. */
export type Paint = (tone: Tone, text: string) => string;

/** Colours where the stream is a terminal that has them; NO_COLOR and FORCE_COLOR count there. */
export function paints(stream: { hasColors?(): boolean }): Paint {
  return stream.hasColors?.() === true ? coloured : plain;
}

/** No colours. */
export const plain: Paint = (_tone, text) => text;

const coloured: Paint = (tone, text) => (tone === 'plain' ? text : styleText(formats[tone], text));

const formats: Readonly<Record<Exclude<Tone, 'plain'>, Parameters<typeof styleText>[0]>> = {
  title: ['bold'],
  label: ['bold'],
  client: ['cyan'],
  server: ['green'],
  good: ['green'],
  bad: ['red'],
  quiet: ['dim'],
};
