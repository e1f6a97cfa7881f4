/** A file that a document names, and what the document says stands in it. */
export interface Quotation {
  readonly path: string;
  readonly titles: readonly string[];
}

/**
 * The files in a Markdown text, as `packages/…`, each with the “titles” between it and the next file of its item. Line
 * breaks inside of a title count as one space.
 */
export function quotationsIn(markdown: string): readonly Quotation[] {
  return itemsOf(markdown).flatMap((item) =>
    item
      .split(/`(?=(?:packages|apps|tools|docs)\/)/)
      .slice(1)
      .map((part) => ({ path: part.slice(0, part.indexOf('`')), titles: titlesOf(part) })),
  );
}

/** Every title in the text, whatever it belongs to. */
export const titlesIn = (markdown: string): readonly string[] => itemsOf(markdown).flatMap(titlesOf);

/** Whether a test file has a string with this title in it, as it is written there. */
export function quotes(source: string, title: string): boolean {
  return [...source.matchAll(/(['"`])((?:(?!\1)[^\\\n]|\\.)*)\1/g)].some(([, , text]) => text === title);
}

const itemsOf = (markdown: string): readonly string[] =>
  markdown.split(/\n\n|\n(?=- )/).map((item) => item.replaceAll(/\s+/g, ' '));

const titlesOf = (text: string): readonly string[] =>
  [...text.matchAll(/“([^”]+)”/g)].map(([, title = '']) => title);
