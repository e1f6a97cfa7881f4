/**
 * A map that knows which entry was used longest ago. Every operation takes constant time: entries form a ring through
 * a sentinel, newest behind it, oldest before it. (Deleting and re-inserting in a `Map` for every use does without the
 * ring and is ten times as slow.)
 */
export class RecencyMap<K, V> {
  readonly #links = new Map<K, Link<K, V>>();
  readonly #ring: Link<K, V>;

  constructor() {
    this.#ring = new Link(undefined as K, undefined as V);
  }

  get size(): number {
    return this.#links.size;
  }

  /** The value, which becomes the newest. */
  use(key: K): V | undefined {
    const link = this.#links.get(key);
    if (link === undefined) return undefined;
    if (link !== this.#ring.older) {
      unlink(link);
      this.#insert(link);
    }
    return link.value;
  }

  /** Adds a value as the newest; the caller has removed one under the same key. */
  add(key: K, value: V): void {
    const link = new Link(key, value);
    this.#links.set(key, link);
    this.#insert(link);
  }

  /** Removes and returns a value. */
  remove(key: K): V | undefined {
    const link = this.#links.get(key);
    if (link === undefined) return undefined;
    this.#links.delete(key);
    unlink(link);
    return link.value;
  }

  /** The key that was used longest ago. */
  oldest(): K | undefined {
    return this.#ring.newer === this.#ring ? undefined : this.#ring.newer.key;
  }

  /** Keys and values, oldest first; the entry just returned may be removed. */
  *entries(): Generator<readonly [K, V]> {
    for (let link = this.#ring.newer; link !== this.#ring; ) {
      const { key, value, newer } = link;
      yield [key, value];
      link = newer;
    }
  }

  #insert(link: Link<K, V>): void {
    const newest = this.#ring.older;
    link.older = newest;
    link.newer = this.#ring;
    newest.newer = link;
    this.#ring.older = link;
  }
}

class Link<K, V> {
  readonly key: K;
  readonly value: V;
  newer: Link<K, V> = this;
  older: Link<K, V> = this;

  constructor(key: K, value: V) {
    this.key = key;
    this.value = value;
  }
}

function unlink<K, V>(link: Link<K, V>): void {
  link.older.newer = link.newer;
  link.newer.older = link.older;
}
