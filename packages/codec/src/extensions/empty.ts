import type { Codec } from '../schema.ts';

/** Nothing at all: how a server acknowledges. */
export const empty: Codec<true> = {
  name: 'empty',
  read: (reader) => {
    reader.finish();
    return true;
  },
  write: () => {},
};
